/** Lambda Developer Guide, "Retain discarded records for a DynamoDB event source in Lambda", "Bisecting a batch". */
import { expect, test } from "vitest";
import { NotInvoked, runBatch, type Discarded } from "../../../local/event-sources/batch.ts";
import { mappingResource, recordOf } from "./toy-mapping.ts";

interface Run {
  /** The numbers of each delivery. */
  readonly deliveries: number[][];
  readonly discarded: (Pick<Discarded, "reason" | "invocations" | "isError"> & { numbers: number[] })[];
  readonly pauses: number[];
  readonly done: number;
}

/** Delivers records 1 to `count`; `answer` is asked each time, and may throw. */
async function run(
  settings: Parameters<typeof mappingResource>[0],
  count: number,
  answer: (numbers: number[], attempt: number) => unknown,
  clock: () => number = () => 0,
): Promise<Run> {
  const deliveries: number[][] = [];
  const discarded: Run["discarded"] = [];
  const pauses: number[] = [];
  let done = 0;
  const numbersOf = (records: readonly { sequence: string }[]) => records.map((one) => Number(one.sequence));
  const batch = Array.from({ length: count }, (_, i) => recordOf(i + 1));
  await runBatch(
    {
      mapping: mappingResource(settings),
      async invoke(records, attempt) {
        deliveries.push(numbersOf(records));
        return answer(numbersOf(records), attempt);
      },
      discard: ({ records, ...rest }) => void discarded.push({ ...rest, numbers: numbersOf(records) }),
      done: (some) => void (done += some),
      pause: async (ms) => void pauses.push(ms),
      stopped: () => false,
      now: clock,
    },
    batch,
  );
  return { deliveries, discarded, pauses, done };
}

const failures = (...numbers: number[]) => ({
  batchItemFailures: numbers.map((number) => ({ itemIdentifier: String(number) })),
});
/** Fails whole batches with this record, as one that throws. */
const poison = (bad: number) => (numbers: number[]) => {
  if (numbers.includes(bad)) throw new Error("poisoned");
};
/** Names it, as one that reports. */
const reporting = (bad: number) => (numbers: number[]) => (numbers.includes(bad) ? failures(bad) : null);

test.each<[string, Parameters<typeof mappingResource>[0], (n: number[], a: number) => unknown, Partial<Run>]>(
  [
    ["a success is delivered once", {}, () => null, { deliveries: [[1, 2, 3, 4]], discarded: [], done: 4 }],
    [
      "what a function answers counts only where it reports failures",
      { reportsItemFailures: false },
      () => failures(2),
      { deliveries: [[1, 2, 3, 4]], done: 4 },
    ],
    [
      "a failure is delivered again whole",
      {},
      (_numbers, attempt) => (attempt < 3 ? failures(1) : null),
      {
        deliveries: [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
        done: 4,
      },
    ],
    [
      "after the checkpoint only the rest is delivered again",
      {},
      (numbers, attempt) => (attempt === 1 ? failures(4, 3) : null),
      {
        deliveries: [
          [1, 2, 3, 4],
          [3, 4],
        ],
        done: 4,
      },
    ],
    [
      "retries end, and the rest is given up",
      { maxRetries: 1 },
      reporting(3),
      {
        deliveries: [
          [1, 2, 3, 4],
          [3, 4],
        ],
        discarded: [{ reason: "RetryAttemptsExhausted", invocations: 2, isError: false, numbers: [3, 4] }],
        done: 4,
      },
    ],
    [
      "without retries the first failure is the last",
      { maxRetries: 0 },
      poison(2),
      {
        deliveries: [[1, 2, 3, 4]],
        discarded: [
          { reason: "RetryAttemptsExhausted", invocations: 1, isError: true, numbers: [1, 2, 3, 4] },
        ],
      },
    ],
    [
      "an error is bisected until one record is left, whose retries are its own",
      { bisectsOnError: true, maxRetries: 1 },
      poison(3),
      {
        deliveries: [[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]],
        discarded: [{ reason: "RetryAttemptsExhausted", invocations: 2, isError: true, numbers: [3] }],
        done: 4,
      },
    ],
    [
      "with reported failures a batch is bisected at the checkpoint, at no cost of retries",
      { bisectsOnError: true, maxRetries: 0 },
      (numbers) => (numbers.length === 4 ? failures(2) : null),
      {
        deliveries: [
          [1, 2, 3, 4],
          [2, 3, 4],
        ],
        discarded: [],
        done: 4,
      },
    ],
    [
      "and where its first record fails in the middle, so that only the bad one is given up",
      { bisectsOnError: true, maxRetries: 0 },
      reporting(2),
      {
        deliveries: [[1, 2, 3, 4], [2, 3, 4], [2, 3], [2], [3], [4]],
        discarded: [{ reason: "RetryAttemptsExhausted", invocations: 1, isError: false, numbers: [2] }],
        done: 4,
      },
    ],
    [
      "a function that could not be asked was not tried",
      { maxRetries: 0 },
      (() => {
        let asked = 0;
        return () => {
          asked += 1;
          if (asked < 3) throw new NotInvoked();
          return null;
        };
      })(),
      {
        deliveries: [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
        discarded: [],
        done: 4,
      },
    ],
  ],
)("%s", async (_what, settings, answer, expected) => {
  expect(await run({ reportsItemFailures: true, maxRetries: 5, ...settings }, 4, answer)).toMatchObject(
    expected,
  );
});

test("records that are too old are given up before they are delivered, and between attempts", async () => {
  // Record n is of second n; a minute passes with each attempt.
  let seconds = 12;
  const { deliveries, discarded, done } = await run(
    { maxRecordAgeSeconds: 10, maxRetries: -1 },
    4,
    () => {
      seconds += 1;
      throw new Error("always");
    },
    () => seconds * 1000,
  );
  expect(deliveries).toEqual([[2, 3, 4], [3, 4], [4]]);
  expect(discarded.map(({ reason, numbers, invocations }) => [reason, numbers, invocations])).toEqual([
    ["RecordAgeExceeded", [1], 0],
    ["RecordAgeExceeded", [2], 1],
    ["RecordAgeExceeded", [3], 2],
    ["RecordAgeExceeded", [4], 3],
  ]);
  expect(done).toBe(4);
});

test("without an age of its own a record is tried for the stream's day", async () => {
  let seconds = 0;
  const { deliveries, discarded } = await run(
    { maxRetries: -1, maxRecordAgeSeconds: -1 },
    1,
    () => {
      seconds += 43_000;
      throw new Error("always");
    },
    () => seconds * 1000,
  );
  expect(deliveries).toEqual([[1], [1], [1]]);
  expect(discarded).toMatchObject([{ reason: "RecordAgeExceeded", invocations: 3, numbers: [1] }]);
});

test("pauses between attempts double, up to five seconds", async () => {
  const { pauses } = await run({ maxRetries: 9 }, 1, poison(1));
  expect(pauses).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});
