import type { DurableRewrapPorts } from "../../lib/rewrap/durable-ports.ts";
import type { Job } from "../../lib/jobs/job.ts";
import { OperatorError } from "../../lib/jobs/operator-error.ts";

type Jobs = DurableRewrapPorts["jobs"];

/** The `Jobs` table in memory, with the conditions that `JobStore` writes under. */
export function memoryJobs(): Jobs & {
  readonly all: Map<string, Job>;
  change(jobId: string, to: Partial<Job>): Job;
} {
  const all = new Map<string, Job>();
  const found = (jobId: string) => {
    const job = all.get(jobId);
    if (!job) throw new Error("there is no such job");
    return job;
  };
  const change = (jobId: string, to: Partial<Job>) => {
    const job = { ...found(jobId), ...to };
    all.set(jobId, job);
    return job;
  };
  const ours = ({ jobId, runner }: Job) => {
    const job = found(jobId);
    if (job.runner !== runner) throw new OperatorError("JOB_TAKEN_OVER", "Another runs it");
    return job;
  };
  return {
    all,
    change,
    unfinished: async (kind) =>
      [...all.values()].filter((job) => job.kind === kind && ["running", "stopped"].includes(job.state)),
    create: async (job) => {
      all.set(job.jobId, job);
      return job;
    },
    takeOver: async ({ jobId }, runner) => change(jobId, { runner, state: "running" }),
    get: async (jobId) => all.get(jobId),
    checkpoint: async (job, { segment, page, next, counts, failures }) => {
      const now = ours(job);
      const at = now.segments[segment];
      if (at?.page === page) return now;
      if (at?.page !== page - 1) throw new OperatorError("JOB_TAKEN_OVER", "Another page was noted");
      const noted = { page, done: next === undefined, ...(next && { cursor: next }) };
      return change(job.jobId, {
        segments: now.segments.map((one, index) => (index === segment ? noted : one)),
        counts: Object.fromEntries(
          Object.entries(now.counts).map(([name, count]) => [name, count + (counts[name] ?? 0)]),
        ),
        failures: [...now.failures, ...failures],
      });
    },
    end: async (job, state) => change(ours(job).jobId, { state }),
  };
}
