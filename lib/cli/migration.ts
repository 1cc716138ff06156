import type { CipherSuite } from "../envelope/suites.ts";
import type { Job } from "../jobs/job.ts";
import { phaseOf, type MigrationState } from "../reseal/phase.ts";
import { noneResealed } from "../reseal/reseal-page.ts";
import { switchedJobs } from "../settings.ts";
import { censusOf } from "./census.ts";
import type { Deployment } from "./deployment.ts";
import { jobAnswer, jobLines } from "./job-runs.ts";
import { now, type Cli, type Session } from "./session.ts";
import { table } from "./terminal.ts";
import { roleOf } from "./deployment.ts";

/** How far the migration is: what is deployed, and what a census finds. */
export async function migrationState(cli: Cli, session: Session, to: CipherSuite): Promise<MigrationState> {
  const { deployment } = session;
  const { bySuite } = await censusOf(session, await session.under("rewrap"), cli.terminal);
  const { stage, writeSuite, readSuites } = deployment;
  const jobs = switchedJobs.filter((job) => deployment.roles[roleOf(job)] !== undefined);
  return { stage, to, writeSuite, readSuites, bySuite, jobs, ...unsettled(deployment) };
}

function unsettled({ deployedAt, longestInvocationSeconds }: Deployment) {
  const until = new Date(deployedAt.getTime() + longestInvocationSeconds * 1000);
  return until > now() ? { unsettledUntil: until.toISOString() } : {};
}

/** @param job - the one that was run now, or the last one. */
export function answerMigration({ terminal }: Cli, state: MigrationState, job: Job | undefined): void {
  const { to, writeSuite, readSuites, bySuite } = state;
  const failed = job?.state === "incomplete" ? (job.counts["failed"] ?? 0) : 0;
  const { phase, next } = phaseOf({ ...state, failed });
  const noJob = { jobId: null, ...noneResealed, complete: false };
  const about = job ? jobAnswer(job) : noJob;
  terminal.answer({ schemaVersion: 1, phase, to, writeSuite, readSuites, bySuite, next, ...about }, () => [
    `To ${to}: phase ${phase} of 4, ${inWords[phase]}`,
    `  new seals have ${writeSuite}; opened are ${readSuites.join(" and ")}`,
    ...table(Object.entries(bySuite).map(([suite, records]) => [`  ${suite}`, records] as const)),
    ...(job ? jobLines(job) : []),
    `Next: ${next}`,
  ]);
}

const inWords = {
  0: "nothing has been done",
  1: "everyone reads both suites",
  2: "new seals have the new suite",
  3: "the others are moved, or about to be",
  4: "the old suite is refused",
} as const;

/** The last job that moved records to this suite. */
export async function lastReseal({ jobs }: Session, to: CipherSuite): Promise<Job | undefined> {
  return (await jobs.list()).find(
    ({ kind, aim }) => kind === "reseal" && aim["suite"] === to && aim["dryRun"] === undefined,
  );
}
