/** Lambda Developer Guide, "Batching behavior": a window, a full batch, or the payload's limit. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lane } from "../../../local/event-sources/lane.ts";
import type { EventSourceMappingResource } from "../../../local/stack.ts";
import { mappingResource, recordOf } from "./toy-mapping.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A lane whose batches succeed at once. */
function lane(settings: Partial<EventSourceMappingResource>) {
  const batches: number[][] = [];
  const made = new Lane(
    mappingResource(settings),
    async (batch, done) => {
      batches.push(batch.map(({ sequence }) => Number(sequence)));
      await Promise.resolve();
      done(batch.length);
    },
    () => undefined,
  );
  const add = (n: number, bytes = 100) => {
    made.add({ ...recordOf(n), bytes });
    made.start();
  };
  return { batches, add, lane: made };
}

test("without a window a batch is what there is", async () => {
  const { batches, add } = lane({});
  add(1);
  add(2);
  add(3);
  await vi.advanceTimersByTimeAsync(0);
  expect(batches).toEqual([[1], [2, 3]]);
});

test("a window begins with its first record, and ends with its time", async () => {
  const { batches, add } = lane({ batchingWindowSeconds: 5 });
  add(1);
  await vi.advanceTimersByTimeAsync(4_000);
  add(2);
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(batches).toEqual([[1, 2]]);
  add(3);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(batches).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([[1, 2], [3]]);
});

test("a full batch does not wait for its window", async () => {
  const { batches, add } = lane({ batchingWindowSeconds: 300, batchSize: 2 });
  for (const n of [1, 2, 3]) add(n);
  await vi.advanceTimersByTimeAsync(0);
  expect(batches).toEqual([[1, 2]]);
});

test("a batch of six megabytes does not wait either, and one record is always one", async () => {
  const { batches, add } = lane({ batchingWindowSeconds: 300 });
  const megabyte = 1024 * 1024;
  add(1, 4 * megabyte);
  add(2, 3 * megabyte);
  add(3, 7 * megabyte);
  await vi.advanceTimersByTimeAsync(0);
  expect(batches).toEqual([[1], [2]]);
});

test("stopped, it begins nothing more", async () => {
  const { batches, add, lane: stopped } = lane({ batchingWindowSeconds: 1 });
  add(1);
  await stopped.stop();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(batches).toEqual([]);
  expect(stopped.size).toBe(1);
});
