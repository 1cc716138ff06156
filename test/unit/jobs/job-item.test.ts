import { expect, test } from "vitest";
import { itemOf, jobOf } from "../../../lib/jobs/job-item.ts";
import type { Job } from "../../../lib/jobs/job.ts";

const job: Job = {
  ...{ jobId: "rewrap-1", kind: "rewrap", state: "running", startedBy: "operator", runner: "runner" },
  ...{ startedAt: "2026-11-25T00:00:00.000Z", updatedAt: "2026-11-25T00:00:00.000Z", aim: {} },
  segments: [
    { page: 1, done: true },
    { page: 0, done: false },
  ],
  ...{ counts: { scanned: 0 }, failures: [], cancelRequested: false },
};

test("a job is read as it was kept", () => {
  expect(jobOf(itemOf(job))).toEqual(job);
});

test("a part that is not in a job's item is not taken for done", () => {
  const [first] = job.segments;
  const item = { ...itemOf(job), segments: { s0: first, s2: first } };
  expect(() => jobOf(item)).toThrow("not in a form");
});
