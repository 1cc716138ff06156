/**
 * `npm run measure:counts [-- --json]`: what a use makes AWS count, from the local system with its deployed functions: the
 * figures of `lib/cost/counts.ts`, which `docs/scale.md` and `waxseal cost` reckon with. Ends with 1 where they differ.
 */
import { byOwnerIndex, byWitnessIndex } from "../lib/audit-attributes.ts";
import { measured as reckonedWith } from "../lib/cost/counts.ts";
import type { Faults } from "../local/aws/faults.ts";
import { startLocalSystem, type LocalSystem } from "../local/system.ts";
import { AuditHands, type Item } from "../test/support/audit.ts";
import { canaryKey, Person, storedItems } from "../test/support/local-system.ts";

const PEOPLE = 5;
const USES = 10;
const ports = { api: 0, aws: 0, standIn: 0, actingProxy: 0, deleteOwner: 0 };

const isJson = process.argv.includes("--json");
let calls: Record<string, number> = {};
const count: Faults = ({ caller, operation, input }, service) => {
  const place = typeof input["TableName"] === "string" ? tableName(input["TableName"]) : "";
  const name = [functionOf(caller.name), service, operation, place].filter(Boolean).join(" ");
  calls[name] = (calls[name] ?? 0) + 1;
  return undefined;
};

const system = await startLocalSystem({ ports, faults: count, trailDelaySeconds: 1 });
try {
  await main(system);
} finally {
  await system.close();
}

async function main(system: LocalSystem): Promise<void> {
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, (_none, index) => Person.named(system, `person-${index}`)),
  );
  // The first use notes besides that the provider took the key.
  for (const person of people) {
    await (await person.save(canaryKey())).arrayBuffer();
    await (await person.chat()).arrayBuffer();
  }
  await settle(system);
  const logged = system.logLines().length;
  calls = {};
  const uses = PEOPLE * USES;
  for (let n = 0; n < USES; n += 1) for (const person of people) await (await person.chat()).arrayBuffer();
  await settle(system);
  const hands = new AuditHands(system);
  const events = (await hands.recorded()).filter(({ type }) => type === "key_used").slice(-uses);
  const lines = system
    .logLines()
    .slice(logged)
    .filter((line) => line.startsWith("provider-proxy"));
  const perUse = Object.fromEntries(
    Object.entries(calls)
      .map(([name, times]) => [name, times / uses] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  const records = await storedItems(system);
  const ledger = (await hands.items("TrailLedgerTable")).filter((item) => "call" in item);
  const found = {
    recordBytes: mean(records.map(itemBytes)),
    recordUnits: mean(records.map(writeUnits)),
    limitUnits: perUse["ProviderProxy dynamodb UpdateItem RateLimitsTable"] ?? 0,
    kmsRequestsPerUse: perUse["ProviderProxy kms Decrypt"] ?? 0,
    eventsPerUse: perUse["AuditRecorderFunction dynamodb PutItem AuditTablesLog"] ?? 0,
    eventBytes: mean(events.map(itemBytes)),
    eventUnits: mean(events.map((event) => writeUnits(event) + indexesOf(event))),
    ledgerUnits: mean(ledger.map(writeUnits)),
    ledgerBytes: mean(ledger.map(itemBytes)),
    logBytes: Math.round(lines.join("\n").length / uses),
  };
  const differing = Object.entries(reckonedWith).filter(
    ([name, value]) => name in found && Math.abs(found[name as keyof typeof found] / value - 1) > 0.05,
  );
  if (differing.length > 0) process.exitCode = 1;
  if (isJson) console.log(JSON.stringify({ schemaVersion: 1, uses, ...found, perUse }));
  else {
    for (const [name, value] of Object.entries(found)) console.log(`${name.padEnd(18)} ${value}`);
    for (const [name, value] of Object.entries(perUse))
      console.log(`${value.toFixed(2).padStart(6)}  ${name}`);
  }
  for (const [name, value] of differing) console.error(`lib/cost/counts.ts has ${name} ${value}`);
}

/** Each is written with the event, and each is below 1 KB. */
function indexesOf(event: Item): number {
  return [byOwnerIndex, byWitnessIndex].filter(({ keys }) => keys.every((name) => name in event)).length;
}

/** Until everything is recorded, delivered and judged. */
async function settle(system: LocalSystem): Promise<void> {
  await system.streamsSettled();
  system.trails.flush();
  for (let last = -1; last !== sum(calls);) {
    last = sum(calls);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
}

/** DynamoDB Developer Guide, "DynamoDB item sizes and formats": names and values in UTF-8, binary as it is, numbers some bytes. */
function itemBytes(item: Item): number {
  return bytesOf(item) - 3;
}

function bytesOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(value).length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return 3 + value.reduce((total: number, one) => total + bytesOf(one) + 1, 0);
  if (typeof value !== "object" || value === null) return 1;
  return Object.entries(value).reduce(
    (total, [name, one]) => total + Buffer.byteLength(name) + bytesOf(one),
    3,
  );
}

/** "A standard write request unit can write an item up to 1 KB." */
function writeUnits(item: Item): number {
  return Math.ceil(itemBytes(item) / 1024);
}

function mean(values: readonly number[]): number {
  return Math.round((100 * values.reduce((total, one) => total + one, 0)) / Math.max(1, values.length)) / 100;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

/** Without the stack's and the construct's parts. */
function tableName(name: string): string {
  return name.replace(/^Waxseal-local-/, "").replace(/[0-9A-F]{8}$/, "");
}

function functionOf(role: string): string {
  return role.replace(/^Waxseal-local-/, "").replace(/Role[0-9A-F]{8}.*$/, "");
}
