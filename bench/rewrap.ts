/**
 * `npm run bench:rewrap [-- [--once] SIZE …]`: how a rewrap's time and memory go with the number of records, beside a bare loop
 * of the same two AWS calls at the same concurrency, turn by turn in one run. Against the local system: the figures
 * are of this machine's emulation, and only their relation says something of the product.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startLocalSystem, type LocalSystem } from "../local/system.ts";
import { openAll, seedRecords, type Seeded } from "../test/support/records.ts";
import { rewrapRole, rotateMaterial } from "../test/support/rewrap-run.ts";
import type { Measured } from "./rewrap-process.ts";

const DEFAULT_SIZES = [1_000, 10_000];
/** Turns of each; `--once` is for sizes that take long. */
const TURNS = process.argv.includes("--once") ? 1 : 2;
const ports = { api: 0, aws: 0, standIn: 0, actingProxy: 0, deleteOwner: 0 };

const asked = process.argv
  .slice(2)
  .filter((argument) => argument !== "--once")
  .map(Number);
const sizes = asked.length > 0 ? asked : DEFAULT_SIZES;
if (!sizes.every((size) => Number.isInteger(size) && size > 0 && size <= 1_000_000)) {
  console.error("Usage: npm run bench:rewrap [-- [--once] SIZE …], as 1000 10000 100000");
  process.exit(2);
}
console.log("records  run   seconds  records/s  peak MB  heap MB");
for (const size of sizes) await measureSize(size);

async function measureSize(size: number): Promise<void> {
  const system = await startLocalSystem({ ports });
  try {
    const seeded = await seedRecords(system, size);
    const rates: Record<"job" | "bare", number[]> = { job: [], bare: [] };
    for (let turn = 0; turn < TURNS; turn += 1)
      for (const kind of ["job", "bare"] as const) rates[kind].push(await measure(system, size, kind));
    const [job, bare] = [best(rates.job), best(rates.bare)];
    console.log(
      `${String(size).padStart(7)}  the job does ${((100 * job) / bare).toFixed(0)} % of the bare loop's rate`,
    );
    await checkSome(system, seeded);
  } finally {
    await system.close();
  }
}

async function measure(system: LocalSystem, size: number, kind: "job" | "bare"): Promise<number> {
  await rotateMaterial(system);
  const { records, seconds, peakMegabytes, heapMegabytes } = await runProcess(system, kind);
  if (records !== size) throw new Error(`${kind}: ${records} of ${size} records`);
  const rate = records / seconds;
  const row = [
    String(size).padStart(7),
    kind.padEnd(4),
    seconds.toFixed(1).padStart(8),
    rate.toFixed(0).padStart(9),
    peakMegabytes.toFixed(0).padStart(7),
    heapMegabytes.toFixed(0).padStart(7),
  ];
  console.log(row.join("  "));
  return rate;
}

function runProcess(system: LocalSystem, kind: "job" | "bare"): Promise<Measured> {
  const facts = {
    table: system.stack.outputs["ProviderKeysTable"],
    encryptionKeyId: system.stack.outputs["EncryptionKeyArn"],
    endpoint: system.awsEndpoint,
    accessKeyId: "AKIAADMINISTRATOR",
    roleAccessKeyId: system.accessKeyIdOfRole(rewrapRole(system)),
  };
  const entry = fileURLToPath(new URL("rewrap-process.ts", import.meta.url));
  const args = ["--expose-gc", entry, kind, JSON.stringify(facts)];
  const env = { ...process.env, AWS_ENDPOINT_URL: system.awsEndpoint, HOME: "/nonexistent" };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(JSON.parse(output) as Measured)
        : reject(new Error(`${kind} ended with ${String(code)}`)),
    );
  });
}

/** A figure of a run that broke something is none. */
async function checkSome(system: LocalSystem, seeded: readonly Seeded[]): Promise<void> {
  const some = seeded.filter((_one, index) => index % Math.ceil(seeded.length / 200) === 0);
  const { failed } = await openAll(system, some);
  if (failed.length > 0) throw new Error(`${failed.length} records do not open any more`);
}

function best(rates: readonly number[]): number {
  return Math.max(...rates);
}
