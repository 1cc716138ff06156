import type { JobStore } from "../jobs/job-store.ts";
import type { Counts, Job } from "../jobs/job.ts";
import { isAllWell, noCounts, type ImportCounts } from "./counts.ts";
import type { ImportRun } from "./run-import.ts";

export interface ImportJob {
  readonly jobId: string;
  /** ARN of who runs it. */
  readonly startedBy: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** A random id of this process. */
  readonly runner: string;
}

/** Notes that an import runs, so that `waxseal job` shows it. Throws what the store of jobs throws. */
export function noteBegin(jobs: Pick<JobStore, "create">, job: ImportJob): Promise<Job> {
  return jobs.create({
    ...job,
    kind: "import",
    state: "running",
    updatedAt: job.startedAt,
    aim: {},
    segments: [{ page: 0, done: false }],
    counts: noted(noCounts()),
    failures: [],
    cancelRequested: false,
  });
}

/** And what came of it. One that was stopped goes on by the same command, as another job. */
export async function noteEnd(
  jobs: Pick<JobStore, "checkpoint" | "end">,
  job: Job,
  { counts, error }: ImportRun,
  isStopped: boolean,
): Promise<void> {
  const page = { segment: 0, page: 1, next: undefined, counts: noted(counts), failures: [] };
  const latest = await jobs.checkpoint(job, page);
  const ended = isAllWell(counts) ? "complete" : "incomplete";
  await jobs.end(latest, isStopped || error ? "stopped" : ended);
}

/** As every job counts what it has seen. */
function noted({ rows, ...counts }: ImportCounts): Counts {
  return { scanned: rows, ...counts };
}
