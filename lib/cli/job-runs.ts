import type { Failure, Job } from "../jobs/job.ts";
import { runJob, type PageStep } from "../jobs/run-job.ts";
import { startOrResumeJob, type JobRequest } from "../jobs/start-job.ts";
import { failuresFile } from "./failures-file.ts";
import { now, randomId, type Cli, type Session } from "./session.ts";

/** Begins a job, or goes on with the unfinished one that has the same aim, and says so. */
export async function startOrResume(cli: Cli, session: Session, request: JobRequest): Promise<Job> {
  const ports = { jobs: session.jobs, startedBy: session.caller, now, newId: randomId };
  const { job, resumed } = await startOrResumeJob(ports, request);
  if (resumed) cli.terminal.say(`Going on with ${job.jobId}, begun at ${job.startedAt}`);
  return job;
}

/**
 * Runs it in this process, with progress, and with what fails in a file where one is named.
 *
 * @throws {OperatorError} `USAGE` for a file that cannot be written, before anything is done.
 */
export async function runHere(
  cli: Cli,
  session: Session,
  job: Job,
  step: PageStep,
  failuresPath: string | undefined,
): Promise<Job> {
  const failures = await failuresFile(failuresPath, job).catch(async (error: unknown) => {
    // It is ours already: not left as if somebody ran it.
    await session.jobs.end(job, "stopped").catch(() => undefined);
    throw error;
  });
  const began = performance.now();
  const onPage = (latest: Job, failed: readonly Failure[]) => {
    failures.add(failed);
    cli.terminal.progress(progressLine(latest, (performance.now() - began) / 1000));
  };
  try {
    return await runJob({ jobs: session.jobs, step, onPage, signal: cli.signal }, job);
  } finally {
    await failures.close();
  }
}

export function progressLine({ jobId, counts, segments }: Job, seconds: number): string {
  const { scanned = 0, failed = 0, ...others } = counts;
  const done = segments.filter((segment) => segment.done).length;
  const rate = Math.round(scanned / Math.max(seconds, 0.001));
  const rest = Object.entries(others)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${words(name)}`);
  return [
    `${jobId}: ${scanned} records`,
    ...rest,
    `${failed} failed`,
    `${rate}/s`,
    `${done}/${segments.length} parts done`,
  ].join(", ");
}

/** `alreadyCurrent` → `already current` */
export function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What a job's answer says beside its counts. */
export function jobAnswer({ jobId, state, counts, failures }: Job) {
  return { jobId, ...counts, complete: state === "complete", state, failures: failures.slice(0, 20) };
}

export function jobLines({ jobId, kind, state, counts, failures }: Job): string[] {
  const { failed = 0 } = counts;
  const shown = failures.slice(0, 10).map(({ ownerId, slot, reason }) => `  ${ownerId} ${slot}: ${reason}`);
  const more =
    failed > shown.length ? [`  and ${failed - shown.length} more: --failures FILE lists all`] : [];
  return [
    `${jobId}: ${state}`,
    ...Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(8)}  ${words(name)}`),
    ...(failed > 0 ? ["not done:", ...shown, ...more] : []),
    ...(state === "stopped" ? [`Go on with it: waxseal ${kind === "reseal" ? "migrate run" : kind}`] : []),
  ];
}
