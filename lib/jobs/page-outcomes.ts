import { errorCodes, isRetryable, WaxsealError, type ErrorCode } from "../errors.ts";
import type { Cursor } from "../provider-keys/walk.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import type { Counts, Failure, PageResult } from "./job.ts";

/** What came of one record of a page; a failure is data, not an exception. */
export interface RecordOutcome {
  readonly outcome: string;
  /** Of `failed`: a code. */
  readonly reason?: string;
}

/** So many records that all fail for no fault of theirs are an outage. */
const OUTAGE = 10;

/**
 * Adds up what came of a page's records.
 *
 * @param none - the counts of the job, all of them 0: `scanned`, and one for each outcome.
 * @throws {WaxsealError} a retryable one if nothing of the page could be done: the job then stops and goes on later,
 *   where otherwise it would go through all records to say the same of each.
 */
export function pageResult(
  none: Counts,
  outcomes: readonly { readonly record: RawRecord; readonly result: RecordOutcome }[],
  next: Cursor,
): PageResult {
  const counts: Record<string, number> = { ...none, scanned: outcomes.length };
  for (const { result } of outcomes) counts[result.outcome] = (counts[result.outcome] ?? 0) + 1;
  const failures = outcomes.flatMap(({ record, result: { outcome, reason = "INTERNAL" } }) =>
    outcome === "failed" ? [failureOf(record, reason)] : [],
  );
  throwOutage(failures, outcomes.length);
  return { counts, failures, next };
}

function failureOf({ ownerId, slot }: RawRecord, reason: string): Failure {
  return { ownerId: String(ownerId), slot: String(slot), reason };
}

function throwOutage(failures: readonly Failure[], attempted: number): void {
  if (failures.length < OUTAGE || failures.length < attempted) return;
  const [reason] = failures.map(({ reason: code }) => code).filter(isOutage);
  if (reason && failures.every(({ reason: code }) => isOutage(code))) throw new WaxsealError(reason);
}

function isOutage(reason: string): reason is ErrorCode {
  const code = errorCodes.find((known) => known === reason);
  return code !== undefined && isRetryable(code);
}
