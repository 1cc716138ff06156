/** Retention: only what is signed for, as it was recorded, and old by every clock, gets its time to go. */
import { beforeEach, describe, expect, test } from "vitest";
import { canonicalBytes } from "../../../lib/audit/canonical.ts";
import { checkpointName, parseCheckpoint, type Checkpoint } from "../../../lib/audit/checkpoint.ts";
import { eventIdOf, type AuditEvent } from "../../../lib/audit/event.ts";
import { expireEvents, type ExpirePorts } from "../../../lib/audit/expire.ts";
import type { ExpiryPlace } from "../../../lib/audit/expiry-place.ts";
import { manifestName, sha256 } from "../../../lib/audit/manifest-store.ts";
import { AuditHistory, signerOf } from "../../support/evidence-history.ts";

const DAY_MS = 86_400_000;
const never = new Date("9999-01-01T00:00:00.000Z");

let history: AuditHistory;
let saved: AuditEvent;
let used: AuditEvent;
let place: ExpiryPlace;

beforeEach(async () => {
  place = { checkpoint: 0, manifest: 0, isDone: true, begunAt: "" };
  history = new AuditHistory();
  saved = history.save("ada");
  history.record(saved);
  used = history.use("ada");
  history.record(used);
  await history.checkpoint();
  history.pass(31 * DAY_MS);
});

function ports(): ExpirePorts {
  const { objects, intake, signer, events } = history;
  return {
    ...{ objects, intake, retentionDays: 30, now: () => history.now },
    publicKey: () => signer.publicKey(),
    places: {
      get: () => Promise.resolve(place),
      keep: (kept) => Promise.resolve(void (place = kept)),
    },
    log: {
      read: (ids) => {
        // DynamoDB refuses the whole request.
        if (!ids.every((id) => /^.+\/.+$/.test(id))) throw new Error("an empty or malformed primary key");
        const there = ids.flatMap((eventId) => {
          const item = events.get(eventId);
          if (!item) return [];
          const { purgeAt, ...event } = item;
          return [{ eventId, event, purgeAt }];
        });
        return Promise.resolve(there);
      },
      expire: (eventId, purgeAt) =>
        Promise.resolve(void events.set(eventId, { ...events.get(eventId), purgeAt })),
    },
  };
}

const timed = () => [...history.events].filter(([, { purgeAt }]) => purgeAt !== undefined).map(([id]) => id);
const types = () => [...history.events.values()].map(({ type }) => type);

/** As TTL does, days later. */
function deleteTimed(): void {
  for (const id of timed()) history.events.delete(id);
}

/** The checkpoint with something else in it, under the name it has. */
async function replaceCheckpoint(change: (checkpoint: Checkpoint) => object): Promise<void> {
  const name = checkpointName(1);
  const checkpoint = parseCheckpoint((await history.objects.read(name)) ?? new Uint8Array());
  if (!checkpoint) throw new Error("there is no checkpoint");
  history.objects.put(name, canonicalBytes(change(checkpoint)));
}

describe("what a signed checkpoint covers and is older than the retention", () => {
  test("expires, which is entered before; gone, the verification says so and holds", async () => {
    expect(await expireEvents(ports(), never)).toBe(2);
    expect(timed().toSorted()).toEqual([eventIdOf(saved), eventIdOf(used)].toSorted());
    expect(history.events.get(eventIdOf(saved))?.["purgeAt"]).toBe(history.now.getTime() / 1000);
    expect(types()).toContain("events_expired");
    deleteTimed();
    // No checkpoint was signed for a month.
    const verified = await history.verify(history.evidence(), 366 * DAY_MS);
    expect(verified).toMatchObject({ expired: 2, problems: [] });
  });

  test("does not expire a day before", async () => {
    history.pass(-2 * DAY_MS);
    expect(await expireEvents(ports(), never)).toBe(0);
    expect(types()).not.toContain("events_expired");
  });

  test("expires once: the next run goes on after it", async () => {
    await expireEvents(ports(), never);
    const before = structuredClone(history.events);
    history.pass(DAY_MS);
    expect(await expireEvents(ports(), never)).toBe(0);
    expect(history.events).toEqual(before);
  });

  test("stays where it was changed since, or is too young by its own time; the rest goes", async () => {
    history.events.set(eventIdOf(saved), { ...saved, actor: "somebody" });
    expect(await expireEvents(ports(), never)).toBe(1);
    expect(timed()).toEqual([eventIdOf(used)]);
  });

  test("stays where its own time says that it is young, or none", async () => {
    for (const at of ["9999-01-01T00:00:00.000Z", "long ago"])
      history.record({ ...history.use("bob"), recordId: "b".repeat(22), at });
    await history.checkpoint();
    history.pass(31 * DAY_MS);
    await expireEvents(ports(), never);
    expect(timed().some((id) => id.startsWith("b"))).toBe(false);
  });
});

describe("nothing expires by", () => {
  test.each<[string, (checkpoint: Checkpoint) => object]>([
    [
      "a list of manifests that is not the signed one",
      (checkpoint) => ({ ...checkpoint, manifests: [...checkpoint.manifests, uncovered()] }),
    ],
    [
      "a manifest in the place of another",
      (checkpoint) => ({ ...checkpoint, manifests: [uncovered(), ...checkpoint.manifests.slice(1)] }),
    ],
    [
      "a head that was changed",
      ({ head, ...rest }) => ({ ...rest, head: { ...head, through: "2020-01-01T00:00:00.000Z" } }),
    ],
    ["what is no checkpoint", () => ({})],
  ])("%s", async (_what, change) => {
    await replaceCheckpoint(change);
    await expect(expireEvents(ports(), never)).rejects.toMatchObject({ code: "AUDIT_CHAIN_BROKEN" });
    expect(timed()).toEqual([]);
  });

  /** A batch of this moment, which nobody has signed for. */
  function uncovered(): [string, string] {
    const event = history.use("bob");
    history.record(event);
    const name = history.objects.sorted("manifests/").at(-1) ?? "";
    return [name, sha256(history.objects.versions.get(name)?.at(-1) ?? new Uint8Array())];
  }

  test("another checkpoint in the place of one", async () => {
    await history.checkpoint();
    const [first, second] = [checkpointName(1), checkpointName(2)];
    history.objects.put(first, (await history.objects.read(second)) ?? new Uint8Array());
    await expect(expireEvents(ports(), never)).rejects.toMatchObject({ code: "AUDIT_CHAIN_BROKEN" });
    expect(timed()).toEqual([]);
  });

  test("another's signature", async () => {
    const other = signerOf("arn:other");
    const expiring = { ...ports(), publicKey: () => other.publicKey() };
    await expect(expireEvents(expiring, never)).rejects.toMatchObject({ code: "AUDIT_CHAIN_BROKEN" });
    expect(timed()).toEqual([]);
  });

  test("a manifest that was replaced", async () => {
    const [name = ""] = history.objects.sorted("manifests/");
    history.objects.put(name, canonicalBytes({ schemaVersion: 1, events: [] }));
    await expect(expireEvents(ports(), never)).rejects.toMatchObject({ code: "AUDIT_CHAIN_BROKEN" });
  });
});

test("a malformed manifest that was signed for stops nothing", async () => {
  const bodies = ["no JSON", "null", '{"events":7}', '{"events":[[1,2],["","x"],["a","b"]]}'].map((text) =>
    Buffer.from(text),
  );
  for (const body of bodies) history.objects.put(manifestName(history.now, body), body);
  await history.checkpoint();
  const last = history.use("ada");
  history.record(last);
  await history.checkpoint();
  history.pass(31 * DAY_MS);
  await expireEvents(ports(), never);
  expect(timed()).toContain(eventIdOf(last));
});

test("killed at any step it comes to the same, and says once that they expire", async () => {
  const whole = async (steps: number) => {
    let left = steps;
    const killed = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
      left -= 1;
      if (left < 0) throw new Error("killed");
      return call();
    };
    const alive = ports();
    const { log, places, intake } = alive;
    const dying: ExpirePorts = {
      ...alive,
      log: {
        read: (ids) => killed(() => log.read(ids)),
        expire: (id, purgeAt) => killed(() => log.expire(id, purgeAt)),
      },
      places: { get: () => killed(() => places.get()), keep: (kept) => killed(() => places.keep(kept)) },
      intake: { enter: (entry) => killed(() => intake.enter(entry)) },
    };
    await expect(expireEvents(dying, never)).rejects.toThrow("killed");
    await expireEvents(alive, never);
  };
  for (let steps = 0; steps < 8; steps += 1) {
    const before = structuredClone(history.events);
    await whole(steps);
    expect(timed().toSorted()).toEqual([eventIdOf(saved), eventIdOf(used)].toSorted());
    expect(types().filter((type) => type === "events_expired")).toHaveLength(1);
    place = { checkpoint: 0, manifest: 0, isDone: true, begunAt: "" };
    history.events.clear();
    for (const [id, event] of before) history.events.set(id, event);
  }
});

test("it ends in time, in the middle of a checkpoint too, and the next run goes on there", async () => {
  expect(await expireEvents(ports(), history.now)).toBe(0);
  let clock = history.now.getTime();
  const slow = { ...ports(), now: () => new Date((clock += 1000)) };
  await expireEvents(slow, new Date(clock + 4500));
  expect(place).toMatchObject({ checkpoint: 1, isDone: false });
  const [before] = [timed().length];
  expect(before).toBeLessThan(2);
  expect(await expireEvents(ports(), never)).toBe(2 - before);
  expect(types().filter((type) => type === "events_expired")).toHaveLength(1);
});
