/** Everything that the audit records, at once: what people do, provider keys that do not open, rotations. */
import { setTimeout as sleep } from "node:timers/promises";
import { findProvider, slotOf } from "../../lib/providers/find.ts";
import type { LocalSystem } from "../../local/system.ts";
import { InProcessOwner, unavailable, type Operation } from "./in-process-owner.ts";
import { inProcessPorts, type InProcessPorts } from "./in-process-ports.ts";
import { seedRecords } from "./records.ts";
import { rotateMaterial, runRewrap, sendersOf } from "./rewrap-run.ts";
import { seededRandom } from "./seeded-random.ts";

export interface AuditedTraffic {
  /** How many of each came to what they must come to, as `use ok`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** What did not, in words. */
  readonly surprises: readonly string[];
  readonly rotations: number;
  readonly rewrapped: number;
}

export interface AuditedTrafficOptions {
  readonly owners: number;
  readonly operations: number;
  readonly seed: number;
  readonly onProgress: (done: number) => void;
}

const mix: readonly Operation[] = [
  ...Array<"use">(9).fill("use"),
  ...Array<"save">(5).fill("save"),
  ...(["disable", "enable", "enable", "remove", "update", "update", "verify", "readActivity"] as const),
];
/** So many people do something at the same time. */
const AT_ONCE = 40;
/** How many of the operations are uses of a provider key that does not open. */
const FAILED_OPENS = 0.04;
/** "You can perform on-demand key rotation a maximum of 25 times per KMS key" (KMS, "Quotas"). */
const MOST_ROTATIONS = 20;
const BETWEEN_ROTATIONS_MS = 10_000;

/** Owners by turns, each one thing after another; rotations follow each other all the while. */
export async function auditedTraffic(
  system: LocalSystem,
  options: AuditedTrafficOptions,
): Promise<AuditedTraffic> {
  const { owners, operations, seed, onProgress } = options;
  const ports = inProcessPorts(system);
  const outcomes: Record<string, number> = {};
  const surprises: string[] = [];
  const broken = await brokenOwners(system, ports, Math.ceil(owners / 10));
  const slot = slotOf(findProvider(ports.providers, "openai"));
  let begun = 0;
  const note = (operation: string, was: string, wanted: string) => {
    outcomes[`${operation} ${was}`] = (outcomes[`${operation} ${was}`] ?? 0) + 1;
    if (was !== wanted) surprises.push(`${operation}: ${was} and not ${wanted}`);
    onProgress(begun);
  };
  const live = async (lane: number) => {
    const random = seededRandom(seed * 10_000 + lane);
    const choose = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
    const own = Array.from({ length: Math.ceil(owners / AT_ONCE) }, (_none, n) => `owner-${lane}-${n}`);
    const people = own.map((subject) => new InProcessOwner(ports, subject, random));
    while (begun < operations) {
      begun += 1;
      if (random() < FAILED_OPENS) {
        const was = await choose(broken).use(slot);
        note("failedOpen", was, unavailable.includes(was) ? was : "DECRYPT_FAILED");
      } else {
        const operation = choose(mix);
        const { was, wanted } = await choose(people).do(operation);
        note(operation, was, wanted);
      }
    }
  };
  const everyone = Promise.all(Array.from({ length: AT_ONCE }, (_none, lane) => live(lane)));
  const rotated = await rotateUntil(system, everyone);
  await everyone;
  ports.close();
  return { outcomes, surprises, ...rotated };
}

async function rotateUntil(system: LocalSystem, ended: Promise<unknown>) {
  const state = { isEnded: false };
  const end = ended.finally(() => (state.isEnded = true));
  end.catch(() => undefined);
  let [rotations, rewrapped] = [0, 0];
  do {
    await rotateMaterial(system);
    const { counts } = await runRewrap(system, { senders: sendersOf(system) });
    rotations += 1;
    rewrapped += counts["rewrapped"] ?? 0;
    await Promise.race([end, sleep(BETWEEN_ROTATIONS_MS)]);
  } while (!state.isEnded && rotations < MOST_ROTATIONS);
  return { rotations, rewrapped };
}

/** People whose stored provider key was corrupt from the first write on, so that nothing goes around the audit. */
async function brokenOwners(
  system: LocalSystem,
  ports: InProcessPorts,
  count: number,
): Promise<InProcessOwner[]> {
  const seeded = await seedRecords(system, count, "broken", "A256CBC-HS512", (sealed) => ({
    ...sealed,
    tag: sealed.tag.map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
  }));
  return seeded.map(({ userId }) => new InProcessOwner(ports, userId, Math.random));
}
