import type { CipherSuite } from "../envelope/suites.ts";

/** What of a deployment says how far a migration is. */
export interface MigrationState {
  readonly stage: string;
  /** Where the migration goes. */
  readonly to: CipherSuite;
  readonly writeSuite: CipherSuite;
  readonly readSuites: readonly CipherSuite[];
  /** Records by suite, without what removals left. */
  readonly bySuite: Readonly<Record<string, number>>;
  /** The setting `jobs` as it is deployed. */
  readonly jobs: readonly string[];
  /** How many of them the last run left, since they did not open. */
  readonly failed?: number;
  /** Until when a save may end that began under the settings before: ISO 8601; absent where that has passed. */
  readonly unsettledUntil?: string;
}

/**
 * What has been reached: 0, the old suite alone; 1, everyone reads both; 2, new seals have the new one; 3, the role
 * that moves the others is there, or they are all moved; 4, the old one is refused. Until 4 each can be taken back.
 */
export type Phase = 0 | 1 | 2 | 3 | 4;

/** Where the migration is, and the one thing that is next, in words, with its command. */
export interface MigrationPhase {
  readonly phase: Phase;
  readonly next: string;
}

/** A migration is four steps: one setting and one deployment each, and a job in the third. */
export function phaseOf(state: MigrationState): MigrationPhase {
  const { to, writeSuite, readSuites } = state;
  const behind = behindOf(state);
  const readsTo = readSuites.includes(to);
  if (!readsTo)
    return { phase: 0, next: `Let everyone read both: ${deploy(state, readBoth(to, writeSuite))}` };
  if (writeSuite !== to) {
    return { phase: 1, next: `Seal what is new under ${to}: ${deploy(state, `writeSuite=${to}`)}` };
  }
  if (readSuites.length === 1) return { phase: 4, next: refusedNext(state, behind) };
  const isOn = state.jobs.includes("reseal");
  if (behind > 0 && !isOn) {
    const jobs = [...state.jobs, "reseal"].join(",");
    return {
      phase: 2,
      next: `Switch on the role that moves ${records(behind)}: ${deploy(state, `jobs=${jobs}`)}`,
    };
  }
  const run = `waxseal migrate run${goal(to)}`;
  if (behind > 0 && (state.failed ?? 0) >= behind) {
    const means = "restore them, or have their owners save or remove them";
    return { phase: 3, next: `${records(behind)} did not open: ${means}. Then: ${run}` };
  }
  if (behind > 0) return { phase: 3, next: `Move ${records(behind)}: ${run}` };
  return { phase: 3, next: refuseNext(state) };
}

function behindOf({ to, bySuite }: MigrationState): number {
  return Object.entries(bySuite).reduce((sum, [suite, count]) => (suite === to ? sum : sum + count), 0);
}

/** The only step that cannot be taken back without those records: what is left behind no longer opens. */
function refuseNext(state: MigrationState): string {
  const { to, unsettledUntil } = state;
  const wait =
    unsettledUntil === undefined
      ? ""
      : `Look again after ${unsettledUntil}, when no save of before the deployment can be under way. Then: `;
  return `${wait}Refuse the old suite, which no record has: ${deploy(state, `readSuites=${to}`)}`;
}

function refusedNext(state: MigrationState, behind: number): string {
  const { to, writeSuite, jobs } = state;
  if (behind > 0) {
    const old = Object.keys(state.bySuite).find((suite) => suite !== to) ?? writeSuite;
    return `${records(behind)} cannot be opened: read their suite again, and move them: ${deploy(state, readBoth(old, to))}`;
  }
  const others = jobs.filter((job) => job !== "reseal");
  if (others.length === jobs.length) return "Nothing: the migration is done.";
  return `Switch the role off again: ${deploy(state, `jobs=${others.join(",")}`)}`;
}

function readBoth(one: string, other: string): string {
  return `readSuites=${[one, other].sort().join(",")}`;
}

function deploy({ stage }: MigrationState, setting: string): string {
  return `npx cdk deploy -c stage=${stage} -c ${setting} (with your other settings)`;
}

function goal(to: CipherSuite): string {
  return to === DEFAULT_GOAL ? "" : ` --to ${to}`;
}

function records(count: number): string {
  return count === 1 ? "1 record" : `${count} records`;
}

/** What a migration is for; the other way is to go back. */
export const DEFAULT_GOAL: CipherSuite = "A256GCM";
