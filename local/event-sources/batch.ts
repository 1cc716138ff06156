/**
 * What becomes of one batch: it is delivered until it succeeds or is given up (Lambda Developer Guide, "Retain
 * discarded records for a DynamoDB event source in Lambda", "Configuring partial batch response").
 */
import { retentionMs } from "../aws/dynamodb/stream-record.ts";
import type { EventSourceMappingResource } from "../stack.ts";
import type { DeliveredRecord } from "./record.ts";
import { firstFailed } from "./response.ts";

export type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Records that are given up, and after how many invocations. */
export interface Discarded {
  readonly records: readonly DeliveredRecord[];
  readonly reason: DiscardReason;
  readonly invocations: number;
  /** Whether the last of them was an error, and not an answer that named failed records. */
  readonly isError: boolean;
}

export interface BatchRuntime {
  readonly mapping: EventSourceMappingResource;
  /**
   * What the function returned. @throws NotInvoked where it did not get so far, anything else where the
   * function failed.
   */
  readonly invoke: (records: readonly DeliveredRecord[], attempt: number) => Promise<unknown>;
  /** Where the destination does not take them, they are gone all the same. */
  readonly discard: (discarded: Discarded) => void;
  /** So many, from the front, need not be delivered again. */
  readonly done: (count: number) => void;
  /** Settles early where the mapping stops. */
  readonly pause: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
  readonly now: () => number;
}

/** The function could not be asked: no attempt of it ("Before invocation"). */
export class NotInvoked extends Error {
  override readonly name = "NotInvoked";
}

/** AWS says only that it backs off; here short at first, since tests fail on purpose. */
const [firstPauseMs, longestPauseMs] = [50, 5_000];

/** Settles when all of it is done, or the mapping has stopped. */
export async function runBatch(runtime: BatchRuntime, batch: readonly DeliveredRecord[]): Promise<void> {
  const { mapping, stopped } = runtime;
  let records = batch;
  let [invocations, retries, pauses, isError] = [0, 0, 0, false];
  while (!stopped()) {
    const expired = countExpired(runtime, records);
    if (expired > 0) {
      const given = records.slice(0, expired);
      giveUp(runtime, { records: given, reason: "RecordAgeExceeded", invocations, isError });
      records = records.slice(expired);
    }
    if (records.length === 0) return;
    const outcome = await attempt(runtime, records, invocations + 1);
    if (outcome.kind === "not-invoked") {
      await runtime.pause(pauseMs(pauses++));
      continue;
    }
    invocations += 1;
    isError = outcome.kind === "error";
    const failedFrom = outcome.kind === "error" ? 0 : outcome.failedFrom;
    if (failedFrom > 0) runtime.done(failedFrom);
    if (failedFrom === records.length) return;
    if (stopped()) return;
    const isPartial = failedFrom > 0;
    records = records.slice(failedFrom);
    if (!isPartial && mapping.bisectsOnError && records.length > 1) {
      await bisect(runtime, records);
      return;
    }
    // "the batch is bisected at the returned sequence number", and "splitting batches doesn't consume the retry quota".
    if (isPartial && mapping.bisectsOnError) continue;
    if (mapping.maxRetries >= 0 && retries >= mapping.maxRetries) {
      giveUp(runtime, { records, reason: "RetryAttemptsExhausted", invocations, isError });
      return;
    }
    retries += 1;
    await runtime.pause(pauseMs(pauses++));
  }
}

type Outcome =
  | { readonly kind: "answered"; readonly failedFrom: number }
  | { readonly kind: "error" }
  | { readonly kind: "not-invoked" };

async function attempt(
  { mapping, invoke }: BatchRuntime,
  records: readonly DeliveredRecord[],
  number: number,
): Promise<Outcome> {
  try {
    const response = await invoke(records, number);
    const sequences = records.map(({ sequence }) => sequence);
    const failedFrom = mapping.reportsItemFailures ? firstFailed(response, sequences) : records.length;
    return { kind: "answered", failedFrom };
  } catch (error) {
    return { kind: error instanceof NotInvoked ? "not-invoked" : "error" };
  }
}

/** Each half on its own, one after the other: the order holds. */
async function bisect(runtime: BatchRuntime, records: readonly DeliveredRecord[]): Promise<void> {
  const middle = Math.ceil(records.length / 2);
  await runBatch(runtime, records.slice(0, middle));
  await runBatch(runtime, records.slice(middle));
}

/** Those at the front that are older than the mapping, or the stream, lets them be. */
function countExpired({ mapping, now }: BatchRuntime, records: readonly DeliveredRecord[]): number {
  const seconds = retentionMs / 1000;
  const most = mapping.maxRecordAgeSeconds < 0 ? seconds : Math.min(mapping.maxRecordAgeSeconds, seconds);
  const firstFresh = records.findIndex(({ at }) => now() / 1000 - at <= most);
  return firstFresh < 0 ? records.length : firstFresh;
}

function giveUp(runtime: BatchRuntime, discarded: Discarded): void {
  try {
    runtime.discard(discarded);
  } finally {
    runtime.done(discarded.records.length);
  }
}

function pauseMs(before: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(before, 10));
}
