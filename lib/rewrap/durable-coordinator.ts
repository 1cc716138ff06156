/** A rewrap as a durable execution: one worker for each segment, and the job's item as its report. */
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { isEnded, lastStateOf, type JobState } from "../jobs/job.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { startOrResumeJob } from "../jobs/start-job.ts";
import type { DurableRewrapPorts } from "./durable-ports.ts";
import { patiently } from "./durable-retry.ts";
import type { RewrapTask, SegmentTask } from "./durable-task.ts";
import { DEFAULT_SEGMENTS, noneRewrapped } from "./rewrap-page.ts";
import { rewrapAim } from "./wrapping.ts";

/** What the execution gives; all else is in the job's item. */
export interface DurableRewrapResult {
  readonly jobId: string;
  readonly state: JobState;
}

interface Begun {
  readonly jobId: string;
  readonly runner: string;
  /** Those that are not done. */
  readonly segments: readonly number[];
}

/**
 * Begins a job or goes on with the unfinished one of the same aim, has every segment worked on, and says how it ended.
 *
 * @throws {OperatorError} `JOB_STOPPED` where a segment was given up: the job goes on when it is run again.
 */
export async function coordinateRewrap(
  ports: DurableRewrapPorts,
  task: RewrapTask,
  context: DurableContext,
): Promise<DurableRewrapResult> {
  const begun = await context.step("begin", () => begin(ports, task, context), patiently(ports, "begin"));
  const { jobId } = begun;
  // Each in a context of its own: the order in which operations begin is then the same in every replay.
  const segments = begun.segments.map((segment) =>
    context.runInChildContext(`segment ${segment}`, (child) => leg(ports, begun, segment, child)),
  );
  await Promise.allSettled(segments);
  const state = await context.step("end", () => end(ports, begun), patiently(ports, "end"));
  if (state === "stopped") throw new OperatorError("JOB_STOPPED", "A segment was given up");
  return { jobId, state };
}

/** Done twice, the second goes on with the job of the first. */
async function begin(
  { jobs, currentWrapping, now, newId }: DurableRewrapPorts,
  { dryRun = false, segments = DEFAULT_SEGMENTS }: RewrapTask,
  context: DurableContext,
): Promise<Begun> {
  const startedBy = context.executionContext.durableExecutionArn;
  const request = {
    kind: "rewrap",
    aim: rewrapAim(await currentWrapping(), dryRun),
    segments,
    counts: noneRewrapped,
  } as const;
  const { job } = await startOrResumeJob({ jobs, startedBy, now, newId }, request);
  const left = job.segments.flatMap(({ done }, index) => (done ? [] : [index]));
  return { jobId: job.jobId, runner: job.runner, segments: left };
}

/** One worker after another, each a fresh execution. */
async function leg(
  { self }: DurableRewrapPorts,
  { jobId, runner }: Begun,
  segment: number,
  context: DurableContext,
): Promise<void> {
  const task: SegmentTask = { task: "segment", jobId, runner, segment };
  let answer: "over" | "more";
  do answer = await context.invoke<SegmentTask, "over" | "more">("worker", self, task);
  while (answer === "more");
}

/** A job that another took over, or superseded, is left to them. */
async function end({ jobs }: DurableRewrapPorts, { jobId, runner }: Begun): Promise<JobState> {
  const job = await jobs.get(jobId);
  if (!job) return "superseded";
  if (job.runner !== runner || isEnded(job)) return job.state;
  return (await jobs.end(job, lastStateOf(job))).state;
}
