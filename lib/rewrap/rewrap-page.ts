import pMap from "p-map";
import { errorCodes, isRetryable, WaxsealError, type ErrorCode } from "../errors.ts";
import type { Failure, PageResult } from "../jobs/job.ts";
import type { Cursor } from "../provider-keys/walk.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import { rewrapRecord, type RewrapOutcome, type RewrapPorts } from "./rewrap-record.ts";
import type { WrappingStore } from "./wrapping-store.ts";
import { isTombstone } from "./wrapping.ts";

export interface RewrapPagePorts extends RewrapPorts {
  readonly store: Pick<WrappingStore, "rewrap" | "one" | "page">;
  /** How many records of a page at once. */
  readonly atOnce: number;
  /** How many items a page has at most. */
  readonly pageSize: number;
}

/** `scanned`: records that hold something sealed, each of which has one of the other outcomes. */
export type RewrapCounts = Readonly<Record<"scanned" | RewrapOutcome["outcome"], number>>;

export const noneRewrapped: RewrapCounts = {
  scanned: 0,
  rewrapped: 0,
  alreadyCurrent: 0,
  moved: 0,
  failed: 0,
};

/** So many records, and no other, that fail for no fault of theirs are an outage. */
const OUTAGE = 8;

/**
 * The step of which a rewrap consists, in whatever runs it: reads one page of a segment and rewraps its records. Done
 * twice it does no harm: what is current stays.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS` if the page cannot be read; a retryable one if
 *   nothing of it could be done.
 */
export async function rewrapPage(
  ports: RewrapPagePorts,
  jobId: string,
  segment: number,
  segments: number,
  cursor: Cursor,
): Promise<PageResult> {
  const { records, next } = await ports.store.page({ segment, segments, cursor, limit: ports.pageSize });
  const sealed = records.filter((record) => !isTombstone(record));
  const counts = { ...noneRewrapped, scanned: sealed.length };
  const failures: Failure[] = [];
  await pMap(
    sealed,
    async (record) => {
      const result = await rewrapRecord(ports, jobId, record);
      counts[result.outcome] += 1;
      if (result.outcome === "failed") failures.push(failureOf(record, result.reason));
      throwOutage(counts, failures);
    },
    { concurrency: ports.atOnce },
  );
  return { counts, failures, next };
}

function failureOf({ ownerId, slot }: RawRecord, reason: string): Failure {
  return { ownerId: String(ownerId), slot: String(slot), reason };
}

/** Else a job would try all the others, with all its patience for each, to say the same of them. */
function throwOutage({ rewrapped, alreadyCurrent, moved }: RewrapCounts, failures: readonly Failure[]): void {
  if (failures.length < OUTAGE || rewrapped + alreadyCurrent + moved > 0) return;
  const reasons = failures.map(({ reason }) => reason);
  const [reason] = reasons.filter(isOutage);
  if (reason && reasons.every(isOutage)) throw new WaxsealError(reason);
}

function isOutage(reason: string): reason is ErrorCode {
  const code = errorCodes.find((known) => known === reason);
  return code !== undefined && isRetryable(code);
}
