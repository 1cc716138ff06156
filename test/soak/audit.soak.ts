/**
 * `npm run test:soak:audit`: `WAXSEAL_SOAK_OPERATIONS` mixed operations under a recorder that gets a tenth of its batches
 * again and is killed at random. What a run chose, `WAXSEAL_SOAK_SEED` chooses again; each prints its seed.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import pMap from "p-map";
import { hashOf } from "../../lib/audit/canonical.ts";
import { listNames, manifestPrefix, parseManifest } from "../../lib/audit/manifest-store.ts";
import type { LocalStack } from "../../local/stack.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands, type Item } from "../support/audit.ts";
import { auditedTraffic } from "../support/audited-traffic.ts";
import { runCommand } from "../support/command.ts";
import { hostileDeliveries } from "../support/hostile-deliveries.ts";
import { startForTest, storedItems } from "../support/local-system.ts";
import { unavailable } from "../support/in-process-owner.ts";
import { noLimits } from "../support/no-limits.ts";
import { seededRandom } from "../support/seeded-random.ts";

const OPERATIONS = Number(process.env["WAXSEAL_SOAK_OPERATIONS"]);
const SEED = Number(process.env["WAXSEAL_SOAK_SEED"] ?? Math.floor(Math.random() * 1_000_000));
const OWNERS = Math.min(400, Math.ceil(OPERATIONS / 50));
const SAY_EVERY_MS = 10_000;

let system: LocalSystem;
let hands: AuditHands;
const deliveries = hostileDeliveries(seededRandom(SEED));
const began = Date.now();

beforeAll(async () => {
  const { mappingFaults, faults } = deliveries;
  const settings = { limits: noLimits };
  system = await startForTest({
    audited: true,
    settings,
    mappingFaults,
    faults,
    editStack: withoutReconcile,
  });
  hands = new AuditHands(system);
});
afterAll(() => system.close());

test(`${OPERATIONS} mixed operations: one event a change, no gap, every hash right, both verdicts ok`, async () => {
  say(`seed ${SEED}, ${OPERATIONS} operations`);
  const progress = everyFewSeconds((done: number) => say(`${done} operations`));
  const options = { owners: OWNERS, operations: OPERATIONS, seed: SEED, onProgress: progress };
  const { outcomes, surprises, rotations, rewrapped } = await auditedTraffic(system, options);
  say(`${JSON.stringify(outcomes)}, ${rotations} rotations`);
  expect(surprises.slice(0, 5)).toEqual([]);
  const lost = lostOf(outcomes);
  expect(lost).toBeLessThanOrEqual(OPERATIONS / 1000);
  expect(rewrapped).toBeGreaterThan(0);

  const events = await hands.recorded();
  say(`${events.length} events`);
  expectOneEventAChange(await storedItems(system), events);
  await expectEveryHash(events);
  expectKindsOf(events, outcomes, rewrapped);
  expect(deliveries.counts.redelivered.late).toBeGreaterThan(0);

  system.trails.flush();
  system.trails.digest();
  await system.streamsSettled();
  say(`checkpoint ${await hands.checkpoint()}`);
  const { json, code, stderr } = await runCommand(system, ["audit", "verify", "--json"]);
  const { integrity, completeness } = json as Record<string, Item>;
  expect(integrity, stderr).toMatchObject({ ok: true, problems: [] });
  expect(completeness).toMatchObject({ ok: true, unaccounted: [], problems: [] });
  expect(completeness?.["explained"]).toBe(completeness?.["kmsDecrypts"]);
  // A claim whose answer was lost was not followed by a decryption.
  const unconfirmed = completeness?.["unconfirmed"] as unknown[];
  expect(unconfirmed.length).toBeLessThanOrEqual(lost);
  const unclaimed = countOf(events, "key_used") - Number(completeness?.["kmsDecrypts"]);
  expect([unclaimed >= unconfirmed.length, unclaimed <= lost]).toEqual([true, true]);
  expect(code).toBe(0);
  say(`verify: ${JSON.stringify({ integrity, completeness })}`);
  say(`deliveries: ${JSON.stringify(deliveries.counts)}; alarms: ${JSON.stringify(system.alarms())}`);
}, 7_200_000);

/** `verify` judges from the trail's files; to read them meanwhile takes more calls than all else, and has tests of its own. */
function withoutReconcile(stack: LocalStack): LocalStack {
  const rules = stack.rules?.filter(({ name }) => name.includes("Checkpoints"));
  return { ...stack, ...(rules && { rules }) };
}

function expectOneEventAChange(records: readonly Item[], events: readonly Item[]): void {
  const seqs = Map.groupBy(events, (event) => String(event["recordId"]));
  const wrong = records.filter(({ recordId, changeSeq }) => {
    const numbers = (seqs.get(String(recordId)) ?? []).map((event) => String(event["eventSeq"])).toSorted();
    const wanted = Array.from({ length: Number(changeSeq) }, (_none, n) => String(n + 1).padStart(12, "0"));
    return numbers.join() !== wanted.join();
  });
  expect(wrong.map(({ recordId }) => recordId)).toEqual([]);
  expect(records.length).toBeGreaterThan(OWNERS);
}

/** Each event is in at least one manifest, and each manifest that names it has its hash. */
async function expectEveryHash(events: readonly Item[]): Promise<void> {
  const hashes = new Map(
    events.map((event) => [`${String(event["recordId"])}/${String(event["eventSeq"])}`, hashOf(event)]),
  );
  const named = new Set<string>();
  const wrong: string[] = [];
  const names: string[] = [];
  for await (const name of listNames(hands.s3, hands.output("AuditBucket"), manifestPrefix)) names.push(name);
  const look = async (name: string) => {
    for (const [eventId, hash] of parseManifest(await hands.read(name)).events) {
      named.add(eventId);
      // What was recorded after the events were read is in a manifest too.
      if ((hashes.get(eventId) ?? hash) !== hash) wrong.push(eventId);
    }
  };
  await pMap(names, look, { concurrency: 16 });
  expect(wrong).toEqual([]);
  expect([...hashes.keys()].filter((eventId) => !named.has(eventId))).toEqual([]);
  say(`${names.length} manifests`);
}

/** As many events of each kind as there were operations that leave one. */
function expectKindsOf(
  events: readonly Item[],
  done: Readonly<Record<string, number>>,
  rewrapped: number,
): void {
  const seeded = events.filter(({ caller, type }) => type === "key_saved" && caller === "seed").length;
  const ok = (operation: string) => done[`${operation} ok`] ?? 0;
  const failedOpens = done["failedOpen DECRYPT_FAILED"] ?? 0;
  const wanted = {
    key_saved: ok("save") + seeded,
    key_used: ok("use") + ok("verify") + failedOpens,
    key_open_failed: failedOpens,
    key_updated: ok("update"),
    key_disabled: ok("disable"),
    key_enabled: ok("enable"),
    key_removed: ok("remove"),
    key_rewrapped: rewrapped,
    audit_read: ok("readActivity"),
    changed_out_of_band: 0,
  };
  // Of what was lost on the way the audit alone knows whether it was done.
  const wrong = Object.entries(wanted).filter(([type, count]) => {
    const more = countOf(events, type) - count;
    return more < 0 || more > (type === "changed_out_of_band" ? 0 : lostOf(done));
  });
  expect(wrong).toEqual([]);
}

function lostOf(outcomes: Readonly<Record<string, number>>): number {
  const lost = Object.entries(outcomes).filter(([name]) => unavailable.includes(name.split(" ")[1] ?? ""));
  return lost.reduce((sum, [, count]) => sum + count, 0);
}

function countOf(events: readonly Item[], type: string): number {
  return events.filter((event) => event["type"] === type).length;
}

function everyFewSeconds<Value>(tell: (value: Value) => void): (value: Value) => void {
  let last = Date.now();
  return (value) => {
    if (Date.now() - last < SAY_EVERY_MS) return;
    last = Date.now();
    tell(value);
  };
}

function say(what: string): void {
  process.stdout.write(`audit soak, ${Math.round((Date.now() - began) / 1000)} s: ${what}\n`);
}
