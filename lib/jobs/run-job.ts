import type { Cursor } from "../provider-keys/walk.ts";
import type { JobStore } from "./job-store.ts";
import type { Failure, Job, PageResult } from "./job.ts";

/** A page of a segment: where it begins, and what is done with it. */
export type PageStep = (segment: number, segments: number, cursor: Cursor) => Promise<PageResult>;

export interface RunPorts {
  readonly jobs: Pick<JobStore, "checkpoint" | "end">;
  readonly step: PageStep;
  /** Told after each page. */
  readonly onPage?: (job: Job, failures: readonly Failure[]) => void;
  /** Stops it after the pages that are under way. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a job in this process, all its segments at once, from where each was noted to be: to its end, to a signal, or
 * to a request that it be cancelled. Whatever happens, what is noted is what was done.
 *
 * @returns the job in its last state.
 * @throws what a step or a note throws; the job is then `stopped`, and goes on when it is run again.
 */
export async function runJob(ports: RunPorts, started: Job): Promise<Job> {
  const stop = new AbortController();
  let latest = started;
  const note = (job: Job): Job => {
    // Answers of several segments may come in another order than they were given.
    if (pagesOf(job) >= pagesOf(latest)) latest = job;
    if (job.cancelRequested) stop.abort();
    return job;
  };
  const runs = started.segments.map((_segment, index) =>
    runSegment(ports, () => latest, index, stop.signal, note).catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  const results = await Promise.allSettled(runs);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) {
    await ports.jobs.end(latest, "stopped").catch(() => undefined);
    throw failed.reason;
  }
  return ports.jobs.end(latest, lastState(latest));
}

async function runSegment(
  { jobs, step, onPage, signal }: RunPorts,
  latest: () => Job,
  index: number,
  stop: AbortSignal,
  note: (job: Job) => Job,
): Promise<void> {
  const { segments } = latest();
  let segment = segments[index];
  while (segment && !segment.done && !stop.aborted && !signal?.aborted) {
    const { counts, failures, next } = await step(index, segments.length, segment.cursor);
    const checkpoint = { segment: index, page: segment.page + 1, next, counts, failures };
    const noted = note(await jobs.checkpoint(latest(), checkpoint));
    onPage?.(noted, failures);
    segment = noted.segments[index];
  }
}

/** Each note adds one, so of two answers the one with more is the later. */
function pagesOf({ segments }: Job): number {
  return segments.reduce((sum, { page }) => sum + page, 0);
}

function lastState(job: Job): Job["state"] {
  const isWhole = job.segments.every(({ done }) => done);
  if (!isWhole && job.cancelRequested) return "cancelled";
  if (!isWhole) return "stopped";
  return (job.counts["failed"] ?? 0) > 0 ? "incomplete" : "complete";
}
