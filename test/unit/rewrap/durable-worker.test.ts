import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import type { Job } from "../../../lib/jobs/job.ts";
import type { DurableRewrapPorts } from "../../../lib/rewrap/durable-ports.ts";
import { HAND_OVER_AFTER, workOnSegment } from "../../../lib/rewrap/durable-worker.ts";
import { MAX_ATTEMPTS } from "../../../lib/rewrap/durable-retry.ts";

const job: Job = {
  jobId: "rewrap-1",
  kind: "rewrap",
  state: "running",
  startedAt: "",
  updatedAt: "",
  startedBy: "",
  aim: { encryptionKeyId: "arn", keyMaterialId: "m" },
  segments: [{ page: 0, done: false }],
  counts: {},
  failures: [],
  runner: "r",
  cancelRequested: false,
};
const task = { task: "segment", jobId: job.jobId, runner: "r", segment: 0 } as const;

/** An endless segment of empty pages. */
function ports(operations?: number): DurableRewrapPorts {
  const nothing = () => Promise.reject(new Error("not asked for"));
  return {
    jobs: {
      unfinished: nothing,
      create: nothing,
      takeOver: nothing,
      end: nothing,
      get: async () => job,
      checkpoint: async () => job,
    },
    currentWrapping: nothing,
    pagePorts: (current, dryRun) => ({
      ...{ stage: "test", current, dryRun, atOnce: 1, pageSize: 1 },
      store: {
        page: async () => ({ records: [], next: { ownerId: "o", slot: "s" } }),
        one: nothing,
        rewrap: nothing,
      },
      rewrapper: { rewrapDataKey: nothing, wouldRewrapDataKey: nothing },
    }),
    logger: { warn: () => undefined, error: () => undefined },
    self: "self",
    operations,
    now: () => new Date(),
    newId: () => "id",
  };
}

/** Each step as if it had taken so many attempts, in an invocation with so much time left. */
function context(attempt: number, leftMs = 900_000) {
  const used = { steps: 0, waits: 0 };
  const fake = {
    lambdaContext: { getRemainingTimeInMillis: () => leftMs },
    step: (_name: string, act: (step: { attempt: number }) => Promise<unknown>) => {
      used.steps += 1;
      return act({ attempt });
    },
    wait: async () => {
      used.waits += 1;
    },
  };
  return { used, context: fake as unknown as DurableContext };
}

describe("a worker hands over", () => {
  test("before an execution's 3,000 operations, whatever its last page takes", async () => {
    const { used, context: given } = context(1);
    expect(await workOnSegment(ports(), task, given)).toBe("more");
    expect(1 + used.steps).toBe(HAND_OVER_AFTER);
    expect(HAND_OVER_AFTER + MAX_ATTEMPTS + 1).toBeLessThan(3_000);
  });

  test("sooner where pages took several attempts: each counts", async () => {
    const { used, context: given } = context(3);
    expect(await workOnSegment(ports(10), task, given)).toBe("more");
    expect(used.steps).toBe(3);
  });
});

test("a worker whose invocation has little time left ends it by a wait, which counts too", async () => {
  const { used, context: given } = context(1, 300_000);
  expect(await workOnSegment(ports(7), task, given)).toBe("more");
  expect(used).toEqual({ steps: 3, waits: 3 });
});
