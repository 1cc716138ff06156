import pMap from "p-map";
import { errorCodes, isRetryable, WaxsealError, type ErrorCode } from "../errors.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import type { Counts, Failure, PageResult } from "./job.ts";

/** What came of one record; a failure is data, not an exception. */
export interface RecordOutcome {
  readonly outcome: string;
  /** Of `failed`: a code. */
  readonly reason?: string;
}

/** So many records, and no other, that fail for no fault of theirs are an outage. */
const OUTAGE = 8;

/**
 * Does a step with each record of a page, and adds up what came of them.
 *
 * @param none - the counts of the job, all of them 0: `scanned`, and one for each outcome.
 * @param atOnce - how many records at once.
 * @throws {WaxsealError} a retryable one if nothing of the page could be done: the job then stops and goes on later.
 */
export async function throughPage(
  none: Counts,
  records: readonly RawRecord[],
  atOnce: number,
  step: (record: RawRecord) => Promise<RecordOutcome>,
): Promise<Omit<PageResult, "next">> {
  const counts: Record<string, number> = { ...none, scanned: records.length };
  const failures: Failure[] = [];
  let done = 0;
  await pMap(
    records,
    async (record) => {
      const { outcome, reason = "INTERNAL" } = await step(record);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (outcome === "failed") failures.push(failureOf(record, reason));
      else done += 1;
      if (done === 0) throwOutage(failures);
    },
    { concurrency: atOnce },
  );
  return { counts, failures };
}

function failureOf({ ownerId, slot }: RawRecord, reason: string): Failure {
  return { ownerId: String(ownerId), slot: String(slot), reason };
}

/** Else a job would try all the others, with all its patience for each, to say the same of them. */
function throwOutage(failures: readonly Failure[]): void {
  if (failures.length < OUTAGE) return;
  const reasons = failures.map(({ reason }) => reason);
  const [reason] = reasons.filter(isOutage);
  if (reason && reasons.every(isOutage)) throw new WaxsealError(reason);
}

function isOutage(reason: string): reason is ErrorCode {
  const code = errorCodes.find((known) => known === reason);
  return code !== undefined && isRetryable(code);
}
