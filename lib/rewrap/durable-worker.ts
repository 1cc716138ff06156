/** A segment of a durable rewrap, page by page. */
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { Failure, Job } from "../jobs/job.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { DurableRewrapPorts } from "./durable-ports.ts";
import { patiently } from "./durable-retry.ts";
import type { SegmentTask } from "./durable-task.ts";
import { rewrapPage } from "./rewrap-page.ts";

/**
 * A durable execution may have 3,000 operations, of which each further attempt of a step is one (Lambda Developer
 * Guide, "Lambda quotas"). What is left is more than the last page's attempts.
 */
export const HAND_OVER_AFTER = 2_500;

/** Milliseconds: an invocation that has no more of its 15 minutes ends; a page under throttling takes half of it. */
const REST_BEFORE_END_MS = 400_000;

/** What a step keeps of a page; what it did is in the job's item. */
interface PageDone {
  readonly isOver: boolean;
  readonly attempts: number;
  /** The invocation has run for long. */
  readonly rest: boolean;
}

/**
 * Works until the segment is done, or is no longer this run's; or until the execution has had its operations: then
 * it says `more`, and whoever invoked it invokes the next, so that no chain of open executions grows.
 *
 * Where it is the job's item says. A page that was done and noted, whose step's answer was lost, is behind the noted
 * cursor; one that was done and not noted is done again, which changes nothing.
 *
 * @throws what a page threw to the end of its attempts.
 */
export async function workOnSegment(
  ports: DurableRewrapPorts,
  task: SegmentTask,
  context: DurableContext,
): Promise<"over" | "more"> {
  const { operations = HAND_OVER_AFTER } = ports;
  // The execution itself is one.
  for (let used = 1; used < operations;) {
    const page = await context.step(
      "page",
      async ({ attempt }): Promise<PageDone> => {
        const isOver = await doPage(ports, task);
        const rest = context.lambdaContext.getRemainingTimeInMillis() < REST_BEFORE_END_MS;
        return { isOver, attempts: attempt, rest };
      },
      patiently(ports, "page"),
    );
    if (page.isOver) return "over";
    used += page.attempts;
    if (!page.rest) continue;
    // A wait ends the invocation; the next one has all its time. Killed at its end it would count as failed.
    await context.wait("rest", { seconds: 1 });
    used += 1;
  }
  return "more";
}

/** @returns whether nothing is left to do here. */
async function doPage(ports: DurableRewrapPorts, { jobId, runner, segment }: SegmentTask): Promise<boolean> {
  const job = await ports.jobs.get(jobId);
  const at = job?.segments[segment];
  if (!job || !at || at.done || job.runner !== runner || job.cancelRequested) return true;
  const result = await rewrapPage(pagePortsOf(ports, job), jobId, segment, job.segments.length, at.cursor);
  for (const failure of result.failures) logFailure(ports, jobId, failure);
  const noted = await noteIfOurs(ports, job, { segment, page: at.page + 1, ...result });
  return noted === undefined || noted.cancelRequested || result.next === undefined;
}

/** A job that another took over is theirs; this run ends without a word. */
async function noteIfOurs(
  { jobs }: DurableRewrapPorts,
  job: Job,
  page: Parameters<DurableRewrapPorts["jobs"]["checkpoint"]>[1],
): Promise<Job | undefined> {
  return jobs.checkpoint(job, page).catch((error: unknown) => {
    if (error instanceof OperatorError && error.code === "JOB_TAKEN_OVER") return undefined;
    throw error;
  });
}

function pagePortsOf({ pagePorts }: DurableRewrapPorts, { aim, segments }: Job) {
  const { encryptionKeyId = "", keyMaterialId = "", dryRun } = aim;
  return pagePorts({ encryptionKeyId, keyMaterialId }, dryRun !== undefined, segments.length);
}

function logFailure({ logger }: DurableRewrapPorts, jobId: string, { ownerId, slot, reason }: Failure): void {
  logger.error("record not rewrapped", { jobId, ownerId, slot, code: reason });
}
