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

/** In how many segments at once, if nobody says. */
export const DEFAULT_SEGMENTS = 4;
/** How many items a page has, and how many of its records are rewrapped at once. */
export const PAGE_SIZE = 100;
export const AT_ONCE = 8;

/** So many records that all fail for no fault of theirs are an outage. */
const OUTAGE = 10;

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
  const outcomes = await pMap(
    sealed,
    async (record) => ({ record, result: await rewrapRecord(ports, jobId, record) }),
    { concurrency: ports.atOnce },
  );
  const counts = { ...noneRewrapped, scanned: sealed.length };
  for (const { result } of outcomes) counts[result.outcome] += 1;
  const failures = outcomes.flatMap(({ record, result }) =>
    result.outcome === "failed" ? [failureOf(record, result.reason)] : [],
  );
  throwOutage(failures, sealed.length);
  return { counts, failures, next };
}

function failureOf({ ownerId, slot }: RawRecord, reason: string): Failure {
  return { ownerId: String(ownerId), slot: String(slot), reason };
}

/** Else a job would go through all the others to say the same of each. */
function throwOutage(failures: readonly Failure[], attempted: number): void {
  if (failures.length < OUTAGE || failures.length < attempted) return;
  const [reason] = failures.map(({ reason: code }) => code).filter(isOutage);
  if (reason && failures.every(({ reason: code }) => isOutage(code))) throw new WaxsealError(reason);
}

function isOutage(reason: string): reason is ErrorCode {
  const code = errorCodes.find((known) => known === reason);
  return code !== undefined && isRetryable(code);
}
