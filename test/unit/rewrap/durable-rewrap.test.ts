/** The Lambda driver of a rewrap, in AWS's own emulation of durable executions. */
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WaxsealError } from "../../../lib/errors.ts";
import type { RawRecord } from "../../../lib/provider-keys/write-record.ts";
import type { DurableRewrapPorts } from "../../../lib/rewrap/durable-ports.ts";
import { durableRewrap } from "../../../lib/rewrap/durable-rewrap.ts";
import { memoryJobs } from "../../support/memory-jobs.ts";

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

const self = "waxseal-test-rewrap:live";
const encryptionKeyId = "arn:aws:kms:us-east-1:111122223333:key/current";
const material = (letter: string) => letter.repeat(64);
const PAGE = 5;

/** So many records in each segment, all behind. */
function tableOf(segments: number, perSegment: number): RawRecord[][] {
  return Array.from({ length: segments }, (_none, segment) =>
    Array.from({ length: perSegment }, (_other, index) => ({
      ownerId: `owner-${segment}-${String(index).padStart(3, "0")}`,
      slot: "openai/default",
      state: "active",
      sealId: "s".repeat(22),
      wrappedDataKey: Buffer.from("a wrapping"),
      encryptionKeyId,
      keyMaterialId: material("a"),
    })),
  );
}

interface Given {
  readonly segments?: number;
  readonly perSegment?: number;
  readonly operations?: number;
}

/** A table, a KMS and a `Jobs` table in memory, and the function that works on them. */
function setting({ segments = 2, perSegment = 20, operations = 2_500 }: Given = {}) {
  const table = tableOf(segments, perSegment);
  const jobs = memoryJobs();
  const state = { material: material("b"), ids: 0 };
  const seen = { events: [] as unknown[], pages: [] as string[], lines: [] as unknown[] };
  const hooks: {
    beforePage?: (segment: number) => void;
    afterRead?: (page: number) => void;
    beforeNote?: () => void;
    afterNote?: () => void;
  } = {};
  const find = (ownerId: unknown) => table.flat().find((record) => record["ownerId"] === ownerId);
  const ports: DurableRewrapPorts = {
    jobs: {
      ...jobs,
      checkpoint: async (job, page) => {
        hooks.beforeNote?.();
        const noted = await jobs.checkpoint(job, page);
        hooks.afterNote?.();
        return noted;
      },
    },
    currentWrapping: async () => ({ encryptionKeyId, keyMaterialId: state.material }),
    pagePorts: (current, dryRun) => ({
      stage: "test",
      current,
      dryRun,
      atOnce: 2,
      pageSize: PAGE,
      store: {
        page: async ({ segment, cursor, limit }) => {
          hooks.beforePage?.(segment);
          const records = table[segment] ?? [];
          const from = cursor ? records.findIndex(({ ownerId }) => ownerId === cursor.ownerId) + 1 : 0;
          seen.pages.push(`${segment}:${from}`);
          hooks.afterRead?.(seen.pages.length);
          const page = records.slice(from, from + limit);
          const last = page.at(-1);
          const isLast = from + limit >= records.length;
          return {
            records: page.map((record) => ({ ...record })),
            next:
              isLast || !last ? undefined : { ownerId: String(last["ownerId"]), slot: String(last["slot"]) },
          };
        },
        one: async ({ ownerId }) => find(ownerId),
        rewrap: async ({ ownerId }, rewrapped, jobId) => {
          Object.assign(find(ownerId) ?? {}, rewrapped, {
            lastChange: { operation: "rewrap", requestId: jobId },
          });
          return true;
        },
      },
      rewrapper: {
        rewrapDataKey: async () => ({
          wrappedDataKey: Buffer.from("another wrapping"),
          encryptionKeyId,
          keyMaterialId: state.material,
          kmsRequestId: "kms",
        }),
        wouldRewrapDataKey: async () => undefined,
      },
    }),
    logger: {
      warn: (message, fields) => void seen.lines.push({ message, ...fields }),
      error: (message, fields) => void seen.lines.push({ message, ...fields }),
    },
    self,
    operations,
    now: () => new Date(),
    newId: () => String((state.ids += 1)).padStart(6, "0"),
  };
  const handler = withDurableExecution((event: unknown, context) => {
    seen.events.push(event);
    return durableRewrap(ports, event, context);
  });
  const run = async (payload: unknown = { task: "rewrap", segments }) => {
    const runner = new LocalDurableTestRunner({ handlerFunction: handler });
    runner.registerDurableFunction(self, handler);
    const execution = await runner.run({ payload });
    const status = execution.getStatus();
    return status === "SUCCEEDED"
      ? { status, result: execution.getResult() as { jobId: string; state: string } }
      : { status, error: execution.getError() };
  };
  const job = () => [...jobs.all.values()][0]!;
  const left = () => table.flat().filter((record) => record["keyMaterialId"] !== state.material).length;
  return { table, jobs, state, seen, hooks, run, job, left };
}

const all = (scanned: number, other = {}) => ({
  ...{ scanned, rewrapped: scanned, alreadyCurrent: 0, moved: 0, failed: 0 },
  ...other,
});

describe("a durable rewrap", () => {
  test("rewraps every record of every segment, and its job's item says so", async () => {
    const { run, job, left, seen } = setting({ segments: 3 });
    const { status, result } = await run();
    expect(status).toBe("SUCCEEDED");
    expect(result).toEqual({ jobId: job().jobId, state: "complete" });
    expect(job()).toMatchObject({ state: "complete", counts: all(60), failures: [] });
    expect(left()).toBe(0);
    expect(seen.pages).toHaveLength(12);
  });

  test("hands over to a fresh execution before the bound, as often as need be, and no page is done twice", async () => {
    const { run, job, seen } = setting({ perSegment: 50, operations: 4 });
    expect((await run()).result?.state).toBe("complete");
    expect(job().counts).toEqual(all(100));
    expect(new Set(seen.pages).size).toBe(seen.pages.length);
    expect(seen.pages).toHaveLength(20);
    // Itself and three pages each: four executions for ten pages, of two segments; replays come on top.
    const tasks = seen.events.filter((event) => (event as { task?: string }).task === "segment");
    expect(tasks.length).toBeGreaterThanOrEqual(8);
  });

  test("that was told how many segments has so many, and works on each by a worker of its own", async () => {
    const { run, seen } = setting({ segments: 7 });
    await run({ task: "rewrap", segments: 7 });
    const tasks = seen.events as { task: string; segment?: number }[];
    const worked = new Set(tasks.flatMap(({ segment }) => (segment === undefined ? [] : [segment])));
    expect([...worked].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("asks only, in a dry run", async () => {
    const { run, job, left } = setting();
    expect((await run({ task: "rewrap", dryRun: true, segments: 2 })).result?.state).toBe("complete");
    expect(job()).toMatchObject({ aim: { dryRun: "yes" }, counts: all(40) });
    expect(left()).toBe(40);
  });
});

describe("a page whose step is done again is counted once", () => {
  const once = (act: () => void) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      act();
    };
  };
  const outage = () => {
    throw new WaxsealError("STORE_UNAVAILABLE");
  };

  test("where it was done, and the note of it was not applied", async () => {
    const { run, job, hooks, seen } = setting();
    hooks.beforeNote = once(outage);
    expect((await run()).result?.state).toBe("complete");
    expect(job().counts).toEqual(all(40));
    expect(seen.pages).toHaveLength(9);
  });

  test("where the note was applied, and its answer was lost: it goes on from the noted cursor", async () => {
    const { run, job, hooks, seen } = setting();
    hooks.afterNote = once(outage);
    expect((await run()).result?.state).toBe("complete");
    expect(job().counts).toEqual(all(40));
    expect(seen.pages).toHaveLength(8);
  });
});

describe("an outage", () => {
  test("that passes is waited for", async () => {
    const { run, job, hooks, seen } = setting();
    let attempts = 0;
    hooks.beforePage = () => {
      attempts += 1;
      if (attempts <= 5) throw new WaxsealError("STORE_UNAVAILABLE");
    };
    expect((await run()).result?.state).toBe("complete");
    expect(job().counts).toEqual(all(40));
    expect(seen.lines).toHaveLength(5);
  });

  test("that stays stops the job and fails the execution; run again, it goes on with the same job", async () => {
    const { run, job, jobs, hooks, left } = setting();
    hooks.beforePage = (segment) => {
      if (segment === 1) throw new WaxsealError("STORE_UNAVAILABLE");
    };
    const first = await run();
    expect(first.status).toBe("FAILED");
    expect(job().state).toBe("stopped");
    expect(left()).toBe(20);
    delete hooks.beforePage;
    const second = await run();
    expect(second.result).toEqual({ jobId: job().jobId, state: "complete" });
    expect(jobs.all.size).toBe(1);
    expect(job().counts).toEqual(all(40));
  });

  test("where AWS gave a definite answer, there is no further attempt", async () => {
    const { run, job, hooks, seen } = setting({ segments: 1 });
    hooks.beforePage = () => {
      throw new WaxsealError("ACCESS_DENIED_BY_AWS");
    };
    expect((await run()).status).toBe("FAILED");
    expect(job().state).toBe("stopped");
    expect(seen.lines).toEqual([
      expect.objectContaining({ message: "rewrap step given up", code: "ACCESS_DENIED_BY_AWS", attempt: 1 }),
    ]);
  });
});

describe("a job", () => {
  test("that is to be cancelled ends after the pages that are under way", async () => {
    const { run, job, jobs, hooks, seen } = setting({ perSegment: 100 });
    hooks.afterRead = (page) => {
      if (page === 6) jobs.change(job().jobId, { cancelRequested: true });
    };
    expect((await run()).result).toEqual({ jobId: job().jobId, state: "cancelled" });
    expect(seen.pages.length).toBeLessThanOrEqual(8);
    expect(job().counts["scanned"]).toBe(seen.pages.length * PAGE);
  });

  test("that another takes over is left to them", async () => {
    const { run, job, jobs, hooks, seen } = setting({ perSegment: 100 });
    hooks.afterRead = (page) => {
      if (page === 6) jobs.change(job().jobId, { runner: "another" });
    };
    expect((await run()).result).toEqual({ jobId: job().jobId, state: "running" });
    expect(job().runner).toBe("another");
    expect(seen.pages.length).toBeLessThanOrEqual(8);
  });

  test("with another aim supersedes one that is not finished", async () => {
    const { run, job, jobs, state, hooks } = setting();
    hooks.beforePage = () => {
      throw new WaxsealError("ACCESS_DENIED_BY_AWS");
    };
    await run();
    expect(job().state).toBe("stopped");
    delete hooks.beforePage;
    state.material = material("c");
    expect((await run()).result?.state).toBe("complete");
    expect([...jobs.all.values()].map((one) => one.state)).toEqual(["superseded", "complete"]);
  });

  test("with damaged records names each, logs its owner, slot and code alone, and is incomplete", async () => {
    const { run, job, table, seen } = setting();
    table[1]![7] = { ...table[1]![7], sealId: "short" };
    expect((await run()).result?.state).toBe("incomplete");
    const address = { ownerId: "owner-1-007", slot: "openai/default" };
    expect(job()).toMatchObject({
      counts: all(40, { rewrapped: 39, failed: 1 }),
      failures: [{ ...address, reason: "RECORD_MALFORMED" }],
    });
    const { jobId } = job();
    expect(seen.lines).toEqual([
      { message: "record not rewrapped", jobId, ...address, code: "RECORD_MALFORMED" },
    ]);
  });
});

describe("an event that is none of ours", () => {
  test.each([
    ["of another shape", { CANARY: "CANARY" }],
    ["with a member more", { task: "rewrap", CANARY: 1 }],
    ["with too many segments", { task: "rewrap", segments: 65 }],
    ["of a segment, without a job", { task: "segment", segment: 0, runner: "CANARY" }],
    ["of a segment, with a path for a job", { task: "segment", segment: 0, runner: "r", jobId: "../CANARY" }],
  ])("%s fails the execution with a constant error, and does nothing", async (_what, event) => {
    const { run, jobs } = setting();
    const { status, error } = await run(event);
    expect(status).toBe("FAILED");
    expect(error?.errorMessage).toBe("The request does not have the documented form");
    expect(JSON.stringify(error)).not.toContain("CANARY");
    expect(jobs.all.size).toBe(0);
  });
});
