import { newJobId, type Counts, type Job, type JobKind } from "./job.ts";
import type { JobStore } from "./job-store.ts";
import { OperatorError } from "./operator-error.ts";

/** What is to be run; by kind and aim a job that was stopped is known again. */
export interface JobRequest {
  readonly kind: JobKind;
  readonly aim: Readonly<Record<string, string>>;
  readonly segments: number;
  /** The counts that it will have, all of them 0. */
  readonly counts: Counts;
}

export interface StartPorts {
  readonly jobs: Pick<JobStore, "unfinished" | "create" | "takeOver" | "end">;
  /** ARN of who starts it. */
  readonly startedBy: string;
  readonly now: () => Date;
  /** 128 random bits. */
  readonly newId: () => string;
}

/**
 * Begins a job, or goes on with the unfinished one that has the same aim: running it again is resuming it. Others of
 * its kind are over then: there is another aim now.
 */
export async function startOrResumeJob(
  ports: StartPorts,
  request: JobRequest,
): Promise<{ readonly job: Job; readonly resumed: boolean }> {
  const unfinished = await ports.jobs.unfinished(request.kind);
  const same = unfinished.find(({ aim }) => isSameAim(aim, request.aim));
  // Who only asks what would happen ends nothing that is under way.
  const ended = request.aim["dryRun"] === undefined ? unfinished.filter((other) => other !== same) : [];
  for (const other of ended) await supersede(ports, other);
  if (same) return { job: await ports.jobs.takeOver(same, ports.newId()), resumed: true };
  return { job: await ports.jobs.create(newJob(ports, request)), resumed: false };
}

function newJob({ startedBy, now, newId }: StartPorts, { kind, aim, segments, counts }: JobRequest): Job {
  const startedAt = now().toISOString();
  return {
    jobId: newJobId(kind, now(), newId()),
    kind,
    state: "running",
    startedAt,
    updatedAt: startedAt,
    startedBy,
    aim,
    segments: Array.from({ length: segments }, () => ({ page: 0, done: false })),
    counts,
    failures: [],
    runner: newId(),
    cancelRequested: false,
  };
}

/** Whoever runs it stops at the next page; one that ended meanwhile, or is another's by now, is left so. */
async function supersede({ jobs, newId }: StartPorts, other: Job): Promise<void> {
  try {
    await jobs.end(await jobs.takeOver(other, newId()), "superseded");
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
  }
}

/** Whether both are to bring about the same. */
export function isSameAim(one: Job["aim"], other: Job["aim"]): boolean {
  const sorted = (aim: Job["aim"]) => JSON.stringify(Object.entries(aim).sort());
  return sorted(one) === sorted(other);
}
