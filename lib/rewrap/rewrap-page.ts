import type { PageResult } from "../jobs/job.ts";
import { throughPage } from "../jobs/through-page.ts";
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
  const step = (record: RawRecord) => rewrapRecord(ports, jobId, record);
  return { ...(await throughPage(noneRewrapped, sealed, ports.atOnce, step)), next };
}
