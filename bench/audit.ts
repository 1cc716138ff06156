/**
 * `npm run bench:audit [-- --json] [EVENTS]`: how fast the recorder records what is in a stream, beside as many bare puts
 * of the same events, turn by turn in one run; and how long after a write its event is put. Against the local system: the
 * figures are of this machine's emulation, and only their relation says something of the product.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "../lib/compose.ts";
import type { Faults } from "../local/aws/faults.ts";
import type { LocalStack } from "../local/stack.ts";
import { startLocalSystem, type LocalSystem } from "../local/system.ts";
import { AuditHands, type Item } from "../test/support/audit.ts";
import { inProcessPorts } from "../test/support/in-process-ports.ts";
import { seedRecords, type Seeded } from "../test/support/records.ts";

const TURNS = 2;
/** Writes whose events are waited for, one every so often. */
const WRITES = 300;
const EVERY_MS = 20;
const ports = { api: 0, aws: 0, standIn: 0, actingProxy: 0, deleteOwner: 0 };

const args = process.argv.slice(2);
const isJson = args.includes("--json");
const [count = 2_000, ...more] = args.filter((one) => one !== "--json").map(Number);
if (args.includes("--help")) {
  console.log("npm run bench:audit [-- [--json] [EVENTS]]  (EVENTS in each of two turns; default 2000)");
  process.exit(0);
}
if (more.length > 0 || !Number.isInteger(count) || count < 100 || count > 100_000) {
  console.error("Usage: npm run bench:audit [-- [--json] [EVENTS]], EVENTS from 100 to 100000");
  process.exit(2);
}

/** When the endpoint saw what: puts into the audit's log by the request that each is about, and the first and last call of a turn. */
const putAt = new Map<string, number>();
const turn = { first: 0, last: 0 };
const seePuts: Faults = ({ operation, input }) => {
  const isManifest = operation === "PutObject";
  const item = input["Item"] as Record<string, { S?: string }> | undefined;
  if (!isManifest && !(operation === "PutItem" && item?.["eventSeq"])) return undefined;
  turn.last = performance.now();
  turn.first ||= turn.last;
  const requestId = item?.["requestId"]?.S;
  if (requestId !== undefined && !putAt.has(requestId)) putAt.set(requestId, turn.last);
  return undefined;
};
let isRecording = false;
const editStack = (stack: LocalStack): LocalStack =>
  isRecording ? stack : { ...stack, eventSourceMappings: [] };

const settings = { trail: "off", checkpointSchedule: "off" } as const;
const system = await startLocalSystem({ ports, settings, editStack, faults: seePuts });
try {
  await main(system);
} finally {
  await system.close();
}

async function main(system: LocalSystem): Promise<void> {
  const hands = new AuditHands(system);
  const rates: Record<"recorder" | "bare", number[]> = { recorder: [], bare: [] };
  let seeded: Seeded[] = [];
  say("run       events  seconds  events/s");
  for (let run = 0; run < TURNS; run += 1) {
    if (run > 0) await record(system, false);
    seeded = await seedRecords(system, count, `run-${run}`);
    turn.first = 0;
    await record(system, true);
    rates.recorder.push(rateOf("recorder", (turn.last - turn.first) / 1000));
    const events = (await hands.recorded()).slice(-count);
    rates.bare.push(rateOf("bare", await runBare(system, hands.output("AuditLogTable"), events)));
  }
  const events = await hands.recorded();
  const recorded = events.filter(({ caller }) => caller === "seed").length;
  // A figure of a run that lost something is none.
  if (recorded !== TURNS * count * 2) throw new Error(`${recorded} of ${TURNS * count * 2} events`);
  const latency = await latencies(system, seeded);
  const [recorder, bare] = [Math.max(...rates.recorder), Math.max(...rates.bare)];
  const share = recorder / bare;
  say(`the recorder does ${(100 * share).toFixed(0)} % of the bare puts' rate`);
  say(`from write to event, ${WRITES} writes: median ${latency.medianMs} ms, p99 ${latency.p99Ms} ms`);
  if (isJson)
    console.log(JSON.stringify({ schemaVersion: 1, events: count, recorder, bare, share, latency }));
}

/** Deploys with the event source mappings, or without, and waits until there is nothing left to record. */
async function record(system: LocalSystem, on: boolean): Promise<void> {
  isRecording = on;
  await system.deploy({});
  await system.streamsSettled();
}

/** In a process of its own, as the recorder is none of the endpoint's thread. */
async function runBare(system: LocalSystem, table: string, events: readonly Item[]): Promise<number> {
  // Under names of their own, as long as the others: each is a new item.
  const renamed = events.map((event) => ({ ...event, recordId: newId() }));
  const entry = fileURLToPath(new URL("audit-process.ts", import.meta.url));
  const child = spawn(process.execPath, [entry, table, system.awsEndpoint], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stdin.end(JSON.stringify(renamed));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`bare puts ended with ${String(code)}`);
  return Number(output);
}

/** From before a write is sent until its event arrives to be put. */
async function latencies(system: LocalSystem, seeded: readonly Seeded[]) {
  const inProcess = inProcessPorts(system);
  const sentAt = new Map<string, number>();
  for (const { ownerId, slot } of seeded.slice(0, WRITES)) {
    const requestId = newId();
    sentAt.set(requestId, performance.now());
    const change = { operation: "update", actor: ownerId, caller: "bench", requestId } as const;
    await inProcess.update.store.update(
      { ownerId, slot },
      { label: "bench" },
      { ...change, at: new Date().toISOString() },
    );
    await sleep(EVERY_MS);
  }
  await system.streamsSettled();
  inProcess.close();
  const times = [...sentAt]
    .map(([requestId, at]) => (putAt.get(requestId) ?? NaN) - at)
    .toSorted((a, b) => a - b);
  if (times.some(Number.isNaN)) throw new Error("a write has no event");
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
  return { writes: times.length, medianMs: at(0.5), p99Ms: at(0.99) };
}

function rateOf(run: string, seconds: number): number {
  const rate = count / seconds;
  const row = [
    run.padEnd(8),
    String(count).padStart(7),
    seconds.toFixed(1).padStart(8),
    rate.toFixed(0).padStart(9),
  ];
  say(row.join(" "));
  return rate;
}

function say(line: string): void {
  if (!isJson) console.log(line);
}
