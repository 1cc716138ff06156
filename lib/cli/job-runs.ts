import { isEnded, newJobId, type Counts, type Failure, type Job, type JobKind } from "../jobs/job.ts";
import { runJob, type PageStep } from "../jobs/run-job.ts";
import { failuresFile } from "./failures-file.ts";
import { now, randomId, type Cli, type Session } from "./session.ts";

/** What is to be run; by kind and aim a job that was stopped is known again. */
export interface JobRequest {
  readonly kind: JobKind;
  readonly aim: Readonly<Record<string, string>>;
  readonly segments: number;
  /** The counts that it will have, all of them 0. */
  readonly counts: Counts;
}

/** Begins a job, or goes on with the unfinished one that has the same aim: running it again is resuming it. */
export async function startOrResume(cli: Cli, session: Session, request: JobRequest): Promise<Job> {
  const unfinished = (await session.jobs.list()).filter((job) => job.kind === request.kind && !isEnded(job));
  const same = unfinished.find(({ aim }) => isSame(aim, request.aim));
  for (const other of unfinished) if (other !== same) await supersede(session, other);
  if (same) {
    cli.terminal.say(`Going on with ${same.jobId}, begun at ${same.startedAt}`);
    return session.jobs.takeOver(same, randomId());
  }
  return session.jobs.create(newJob(session, request));
}

function newJob({ caller }: Session, { kind, aim, segments, counts }: JobRequest): Job {
  const startedAt = now().toISOString();
  return {
    jobId: newJobId(kind, now(), randomId()),
    kind,
    state: "running",
    startedAt,
    updatedAt: startedAt,
    startedBy: caller,
    aim,
    segments: Array.from({ length: segments }, () => ({ page: 0, done: false })),
    counts,
    failures: [],
    runner: randomId(),
    cancelRequested: false,
  };
}

/** Whoever runs it stops at the next page: there is another aim now. */
async function supersede({ jobs }: Session, other: Job): Promise<void> {
  await jobs.end(await jobs.takeOver(other, randomId()), "superseded");
}

function isSame(one: Job["aim"], other: Job["aim"]): boolean {
  const sorted = (aim: Job["aim"]) => JSON.stringify(Object.entries(aim).sort());
  return sorted(one) === sorted(other);
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
  const failures = failuresFile(failuresPath, job);
  const began = performance.now();
  const onPage = (latest: Job, failed: readonly Failure[]) => {
    failures.add(failed);
    cli.terminal.progress(progressLine(latest, (performance.now() - began) / 1000));
  };
  try {
    return await runJob({ jobs: session.jobs, step, onPage, signal: cli.signal }, job);
  } finally {
    failures.close();
  }
}

function progressLine({ jobId, counts, segments }: Job, seconds: number): string {
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
    ...(state === "stopped" ? [`Go on with it: waxseal ${kind === "reseal" ? "migrate" : kind}`] : []),
  ];
}
