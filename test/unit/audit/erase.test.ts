/** Erasing a person's events: said first, whole, and no more than theirs. */
import { beforeEach, describe, expect, test } from "vitest";
import type { ErasableEvent } from "../../../lib/audit/erasable-log.ts";
import { erasable, eraseEvents, type ErasePorts } from "../../../lib/audit/erase.ts";
import { claimDigest, claimEntries, claimsIn } from "../../../lib/audit/erased-claims.ts";
import { wasErased } from "../../../lib/audit/erasure-links.ts";
import { erasuresOf } from "../../../lib/audit/erasures.ts";
import { eventIdOf, type AuditEvent } from "../../../lib/audit/event.ts";
import type { IntakeEntry } from "../../../lib/audit/intake.ts";
import type { DynamoSender } from "../../../lib/provider-keys/write-record.ts";
import { AuditHistory } from "../../support/evidence-history.ts";

let history: AuditHistory;
/** The `AuditIntake` table. */
let intake: Map<string, IntakeEntry>;
let ownerId: string;
let recordId: string;
/** What the index does not show yet. */
let late: Set<string>;
let steps: string[];
let isRecorderSlow: boolean;

async function aPersonLeft(): Promise<void> {
  history = new AuditHistory();
  intake = new Map();
  late = new Set();
  steps = [];
  isRecorderSlow = false;
  const saved = history.save("ada");
  [ownerId, recordId] = [String((saved as { ownerId?: string }).ownerId), saved.recordId];
  history.record(saved, history.save("bob"));
  history.record(history.use("ada"), history.use("ada"), history.use("bob"));
  await enter({ intakeId: "limited-1", type: "rate_limited", at: history.now.toISOString(), ownerId });
  history.record(history.change("ada", "key_removed"));
  await history.checkpoint();
}

beforeEach(aPersonLeft);

async function enter(entry: IntakeEntry): Promise<void> {
  const { intakeId, ...said } = entry;
  if (intake.has(intakeId)) return;
  intake.set(intakeId, entry);
  if (isRecorderSlow) return;
  // Of one name there is one event: another would be a conflict, and an alarm.
  const there = history.events.get(`intake-${intakeId}/000000000001`);
  if (there) expect(there).toMatchObject(said);
  await history.intake.enter(entry);
}

async function* page(events: readonly ErasableEvent[]): AsyncGenerator<readonly ErasableEvent[], void> {
  await Promise.resolve();
  yield events;
}

function ports(onStep: () => void = () => undefined): ErasePorts {
  const step = (what: string) => {
    onStep();
    steps.push(what);
  };
  const all = () => [...history.events.values()] as unknown as (ErasableEvent & AuditEvent)[];
  return {
    log: {
      ofOwner: (owner) =>
        page(all().filter((event) => event.ownerId === owner && !late.delete(eventIdOf(event)))),
      ofRecord: (id) => page(all().filter((event) => event.recordId === id)),
      remove: (event) => {
        step(`remove ${eventIdOf(event)}`);
        return Promise.resolve(void history.events.delete(eventIdOf(event)));
      },
    },
    erasures: erasuresOf({
      ...{ dynamo, logTable: "log", intakeTable: "intake", actor: "arn:operator", now: () => history.now },
      intake: {
        enter: async (entry) => {
          step(`enter ${entry.intakeId}`);
          await enter(entry);
        },
      },
    }),
  };
}

/** The two reads of `erasuresOf`. */
const dynamo = {
  send: ({ input }: { input: { Key?: { intakeId: string }; ExpressionAttributeValues?: Values } }) => {
    const { Key, ExpressionAttributeValues: values } = input;
    if (Key) return Promise.resolve({ Item: intake.get(Key.intakeId) });
    const event = history.events.get(`${values?.[":recordId"]}/${values?.[":eventSeq"]}`);
    return Promise.resolve({ Items: event ? [event] : [] });
  },
} as unknown as DynamoSender;
type Values = Record<string, string>;

const ofAda = () => [...history.events.values()].filter((event) => event["ownerId"] === ownerId);
const allErasures = () => [...history.events.values()].filter(({ type }) => type === "events_erased");
/** Without what is kept of claims. */
const erasures = () => allErasures().filter(({ recordId: name }) => !String(name).includes("~claims-"));

describe("the events of a person", () => {
  test("go, of each record after it is entered; others' stay; the verification holds and says how many", async () => {
    expect(await erasable(ports(), ownerId)).toMatchObject({ events: 5 });
    expect(await eraseEvents(ports(), ownerId)).toEqual({ events: 5, records: 2, left: 0 });
    expect(ofAda()).toEqual([]);
    expect(steps.indexOf(`enter erased-${recordId}`)).toBeLessThan(
      steps.findIndex((step) => step.startsWith(`remove ${recordId}`)),
    );
    expect(await history.verify()).toMatchObject({ erased: 5, problems: [] });
    expect(JSON.stringify(allErasures())).not.toContain(ownerId);
  });

  test("that are claims leave a hash of their random ids, before any is gone, and nothing else of them", async () => {
    const claims = ofAda().flatMap(({ witnessId }) => (typeof witnessId === "string" ? [witnessId] : []));
    const uses = claims.filter((witnessId) => witnessId.startsWith("use/"));
    expect(uses).toHaveLength(2);
    await eraseEvents(ports(), ownerId);
    const kept = allErasures().flatMap(({ details }) => claimsIn(Object(details) as Record<string, unknown>));
    expect(kept.toSorted()).toEqual(uses.map(claimDigest).toSorted());
    const isEntry = (step: string) => step.startsWith(`enter erased-${recordId}~claims-`);
    expect(steps.findIndex(isEntry)).toBeLessThan(steps.findIndex((step) => step.startsWith("remove")));
    for (const use of uses) expect(JSON.stringify(allErasures())).not.toContain(use.slice(4));
    // As many as there may be, in entries that the recorder takes.
    const many = Array.from({ length: 10_000 }, (_one, index) => claimDigest(`use/${index}`));
    const entries = claimEntries(many);
    expect(entries.flatMap(({ details }) => claimsIn(details)).toSorted()).toEqual(many.toSorted());
    for (const { details } of entries)
      expect([
        Object.keys(details).length <= 29,
        Object.values(details).every((text) => text.length <= 2048),
      ]).toEqual([true, true]);
    expect(claimEntries(many.toReversed())).toEqual(entries);
  });

  test("are looked for again, until the index shows none", async () => {
    const [lateOne] = [...history.events.keys()].filter((id) => id.startsWith("intake-limited"));
    late = new Set([lateOne ?? ""]);
    expect(await eraseEvents(ports(), ownerId)).toMatchObject({ events: 5 });
    expect(ofAda()).toEqual([]);
  });

  test("go whenever it is killed and run again, and no erasure is said twice", async () => {
    for (let kills = 0; kills < 12; kills += 1) {
      let left = kills;
      const dying = ports(() => {
        left -= 1;
        if (left < 0) throw new Error("killed");
      });
      await eraseEvents(dying, ownerId).catch(() => undefined);
      history.pass(60_000);
      await eraseEvents(ports(), ownerId);
      expect(ofAda()).toEqual([]);
      expect(erasures().map(({ recordId: name }) => name)).toHaveLength(2);
      expect(await history.problems()).toEqual([]);
      await aPersonLeft();
    }
  });

  test("that are another's under the same record stay, and are counted", async () => {
    const foreign = { ...history.use("ada"), ownerId: "o".repeat(43) } as AuditEvent;
    history.record(foreign);
    expect(await eraseEvents(ports(), ownerId)).toMatchObject({ events: 5, left: 1 });
    expect(history.events.has(eventIdOf(foreign))).toBe(true);
  });

  test("that are nobody's go with the record that they are of", async () => {
    const { ownerId: _owner, ...nobodys } = history.use("ada") as AuditEvent & { ownerId: string };
    history.record(nobodys as AuditEvent);
    expect(await eraseEvents(ports(), ownerId)).toMatchObject({ events: 6, left: 0 });
    expect(history.events.has(eventIdOf(nobodys))).toBe(false);
  });
});

describe("what comes after an erasure", () => {
  let later: AuditEvent;

  beforeEach(async () => {
    await eraseEvents(ports(), ownerId);
    later = history.purge("ada");
    history.record(later);
    await history.checkpoint();
  });

  test("is none of what the recorder takes for erased, until it is by another run", async () => {
    const entry = (name: string) => Promise.resolve(intake.get(name));
    const isErased = (seq: string) => wasErased(recordId, seq, entry);
    expect(await Promise.all([isErased("000000000004"), isErased(later.eventSeq)])).toEqual([true, false]);
    // Out of band it may have a number of before.
    expect(await isErased("000000000003~99")).toBe(true);
    await eraseEvents(ports(), ownerId);
    expect(await isErased(later.eventSeq)).toBe(true);
    expect(await isErased("000000000006")).toBe(false);
    expect(await wasErased("r".repeat(22), "000000000001", entry)).toBe(false);
  });

  test("may not be gone by it", async () => {
    history.events.delete(eventIdOf(later));
    expect(await history.problems()).toContain(`event_missing ${eventIdOf(later)}`);
  });

  test.each([
    ["while the intake has the first", () => undefined],
    ["long after the intake forgot the first", () => intake.clear()],
  ])("is erased by another run, which says so beside the first: %s", async (_when, forget) => {
    forget();
    const [first] = erasures();
    history.pass(20 * 86_400_000);
    expect(await eraseEvents(ports(), ownerId)).toMatchObject({ events: 1 });
    expect(erasures()).toContainEqual(first);
    expect(erasures().map(({ recordId: name }) => name)).toContain(`intake-erased-${recordId}~000000000004`);
    // No checkpoint was signed for three weeks.
    const { problems } = await history.verify(history.evidence(), 366 * 86_400_000);
    expect(problems).toEqual([]);
    expect(intake.has(`erased-${recordId}`)).toBe(true);
  });

  test("is said also where the recorder has not come to the first yet", async () => {
    await aPersonLeft();
    isRecorderSlow = true;
    await eraseEvents(ports(), ownerId);
    later = history.change("ada", "key_saved");
    history.record(later);
    await eraseEvents(ports(), ownerId);
    expect([...intake.keys()]).toContain(`erased-${recordId}~000000000004`);
    expect(intake.get(`erased-${recordId}`)?.details).toMatchObject({ count: "4" });
  });
});
