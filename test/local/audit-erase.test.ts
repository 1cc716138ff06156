/** `waxseal audit erase`: what goes, what stays, and what the audit says of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands } from "../support/audit.ts";
import { runCommand } from "../support/command.ts";
import { canaryKey, Person, startForTest } from "../support/local-system.ts";

let system: LocalSystem;
let hands: AuditHands;
let ada: Person;
let adaId: string;
let recordId: string;

beforeAll(async () => {
  system = await startForTest({
    ...{ audited: true, trailDelaySeconds: 0 },
    settings: { checkpointSchedule: "rate(1 minute)", graceSeconds: 0 },
  });
  hands = new AuditHands(system);
  adaId = ownerIdOf(`${system.api}/local`, "ada");
  ada = await Person.named(system, "ada");
  const bob = await Person.named(system, "bob");
  for (const person of [ada, bob]) {
    await person.save(canaryKey());
    await person.chat();
    await person.request("GET", "/v1/activity");
  }
  const saved = (await ofAda()).find(({ type }) => type === "key_saved");
  recordId = String(saved?.["recordId"]);
});
afterAll(() => system.close());

const erase = (...args: string[]) =>
  runCommand(system, ["audit", "erase", "--user", "ada", "--json", ...args]);

async function ofAda() {
  return (await hands.recorded()).filter((event) => event["ownerId"] === adaId);
}

async function tamperings() {
  return (await hands.recorded()).filter(({ type }) =>
    ["event_deleted", "event_changed", "changed_out_of_band"].includes(String(type)),
  );
}

test("nothing is erased while the person has provider keys, nor without --yes", async () => {
  const before = await ofAda();
  const refused = await erase("--yes");
  expect([refused.code, refused.json["error"]]).toMatchObject([3, { code: "REFUSED" }]);
  await ada.request("DELETE", "/v1/provider-keys/openai");
  await system.streamsSettled();
  const { code, json } = await erase();
  expect([code, json]).toMatchObject([0, { schemaVersion: 1, ownerId: adaId, events: 4, erased: 0 }]);
  expect(await ofAda()).toHaveLength(before.length + 1);
});

test("the person's events go, and that they went stays in the audit, which sees no tampering", async () => {
  await hands.checkpoint();
  const others = (await hands.recorded()).filter(
    (event) => event["ownerId"] !== undefined && event["ownerId"] !== adaId,
  );
  const { code, json } = await erase("--yes");
  expect([code, json]).toMatchObject([0, { events: 4, erased: 4 }]);
  expect(await ofAda()).toEqual([]);
  const activity = await ada.request("GET", "/v1/activity");
  expect(await activity.json()).toEqual({ events: [], cursor: null });
  const left = await hands.recorded();
  for (const event of others) expect(left).toContainEqual(event);
  const erasures = left.filter(({ type }) => type === "events_erased");
  expect(erasures.map(({ details }) => details)).toContainEqual({
    ...{ recordIds: recordId, count: "3" },
    through: "000000000003",
  });
  expect(erasures).toContainEqual(expect.objectContaining({ caller: "waxseal audit erase" }));
  expect(await tamperings()).toEqual([]);
});

test("the audit is whole without them: hashes and the erasure account for what is missing", async () => {
  await hands.checkpoint();
  const { json } = await runCommand(system, ["audit", "verify", "--integrity-only", "--json"]);
  expect(json["integrity"]).toMatchObject({ ok: true, problems: [] });
});

test("what CloudTrail shows of their decryptions is accounted for, by the hashes of their claims", async () => {
  const verify = async () => {
    // Without, it begins with the first event that there is.
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const { json } = await runCommand(system, ["audit", "verify", "--from", from, "--json"]);
    return json["completeness"] as { kmsDecrypts: number; explained: number; informational: object };
  };
  await expect.poll(async () => (await verify()).kmsDecrypts, { timeout: 20_000 }).toBe(2);
  expect(await verify()).toMatchObject({
    ...{ ok: true, explained: 1, unaccounted: [] },
    informational: { events_erased: 1 },
  });
});

test("run again it goes on with what came since, and says no second thing of a record", async () => {
  await ada.save(canaryKey());
  await system.streamsSettled();
  const erasures = async () => (await hands.recorded()).filter(({ type }) => type === "events_erased");
  const before = await erasures();
  expect((await erase("--yes")).code).toBe(3);
  const { code, json } = await erase("--yes", "--force");
  expect(code).toBe(0);
  expect(json["erased"]).toBeGreaterThan(0);
  expect(await ofAda()).toEqual([]);
  const after = await erasures();
  for (const event of before) expect(after).toContainEqual(event);
  expect(new Set(after.map((event) => event["recordId"])).size).toBe(after.length);
  expect(await tamperings()).toEqual([]);
});

test("there is no role for it unless it is switched on", async () => {
  await system.deploy({ jobs: [] });
  const { code, json } = await erase();
  expect([code, json["error"]]).toMatchObject([3, { code: "NOT_SWITCHED_ON" }]);
  expect(JSON.stringify(json)).toContain("jobs=audit-erase");
});
