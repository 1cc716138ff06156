import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { startForTest } from "../support/local-system.ts";
import { openAll, sealedParts, seedRecords, type Seeded } from "../support/records.ts";
import { noLimits } from "../support/no-limits.ts";
import { startTraffic } from "../support/traffic.ts";

/**
 * `WAXSEAL_SOAK_RECORDS=20000 npm run test:soak -- test/soak/rewrap.soak.ts`. At the default share everything takes all
 * of the machine; how little a paced rewrap disturbs uses shows with `WAXSEAL_SOAK_SHARE=1 WAXSEAL_SOAK_OPEN=no`.
 */
const RECORDS = Number(process.env["WAXSEAL_SOAK_RECORDS"] ?? 1_000);
/** Percent of the KMS quota. */
const SHARE = process.env["WAXSEAL_SOAK_SHARE"] ?? "90";
/** Whether records are opened all the while, which is a load of its own. */
const OPENS = process.env["WAXSEAL_SOAK_OPEN"] !== "no";
/** Those of the people who use them: their counters change. */
const USED = 5;
/** For how long the same traffic is looked at without a rotation. */
const CALM_MS = 5_000;

let system: LocalSystem;
let seeded: Seeded[];

beforeAll(async () => {
  system = await startForTest({ settings: { limits: noLimits } });
  seeded = await seedRecords(system, RECORDS);
}, 900_000);
afterAll(() => system.close());

test(`${RECORDS} records under live traffic: rotate, rewrap, census; every record opens throughout`, async () => {
  const before = await sealedParts(system);
  const used = seeded.slice(0, USED);
  const quiet = seeded.slice(USED);

  const users = used.map(({ userId }) => userId);
  const calm = startTraffic(system, users);
  await sleep(CALM_MS);
  const without = await calm.stop();

  const traffic = startTraffic(system, users);
  let isRotating = true;
  const began = performance.now();
  const [rotated, looked] = await Promise.all([
    runCommand(system, ["rotate", "--json", "--share", SHARE]).finally(() => (isRotating = false)),
    openThroughout(quiet, () => OPENS && isRotating),
  ]);
  const seconds = (performance.now() - began) / 1000;
  const during = await traffic.stop();

  expect(rotated.json, rotated.stderr).toMatchObject({ complete: true, failed: 0, census: { behind: 0 } });
  expect([...without.surprises, ...during.surprises]).toEqual([]);
  expect(looked.failed).toEqual([]);
  const census = await runCommand(system, ["census", "--json"]);
  expect(census.json).toMatchObject({ behind: 0, unreadable: 0 });
  const now = await sealedParts(system);
  const changed = quiet.filter(({ ownerId, slot }) => {
    const address = `${ownerId}/${slot}`;
    return now.get(address) !== before.get(address);
  });
  expect(changed).toEqual([]);
  expect((await openAll(system, quiet)).failed).toEqual([]);

  const { scanned, rewrapped, alreadyCurrent, moved } = rotated.json;
  console.log(
    `rotate of ${RECORDS}: ${seconds.toFixed(1)} s, ${JSON.stringify({ scanned, rewrapped, alreadyCurrent, moved })}; ` +
      `${[...during.uses.values()].reduce((sum, one) => sum + one, 0)} uses, ${during.saves} saves, ${during.removals} removals meanwhile, each answered as it must be; ` +
      `${looked.opened} records opened in between; a use takes ${times(without.useTimes)} ms without it, ` +
      `${times(during.useTimes)} ms with it (all of it shares this machine's cores)`,
  );
}, 1_800_000);

/** A few at a time, from one end to the other and again, for as long as it goes on. */
async function openThroughout(some: readonly Seeded[], goesOn: () => boolean) {
  const failed: string[] = [];
  let opened = 0;
  for (let from = 0; goesOn(); from += 50) {
    const part = Array.from({ length: 50 }, (_none, index) => some[(from + index * 31) % some.length]);
    const result = await openAll(
      system,
      part.filter((one) => one !== undefined),
    );
    opened += result.opened;
    failed.push(...result.failed);
  }
  return { opened, failed };
}

/** Median and 95th percentile. */
function times(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return `${at(0.5)} (p95 ${at(0.95)})`;
}
