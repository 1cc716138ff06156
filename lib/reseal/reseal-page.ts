import type { PageResult } from "../jobs/job.ts";
import { throughPage } from "../jobs/through-page.ts";
import type { Cursor } from "../provider-keys/walk.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import { resealRecord, type ResealOutcome, type ResealPorts } from "./reseal-record.ts";
import type { ResealStore } from "./reseal-store.ts";
import { isRemoved } from "./suite-of.ts";

export interface ResealPagePorts extends ResealPorts {
  readonly store: ResealPorts["store"] & Pick<ResealStore, "page">;
  /** How many records of a page at once. */
  readonly atOnce: number;
  /** How many items a page has at most. */
  readonly pageSize: number;
}

/** `scanned`: records that were not removed, each of which has one of the other outcomes. */
export type ResealCounts = Readonly<Record<"scanned" | ResealOutcome["outcome"], number>>;

export const noneResealed: ResealCounts = {
  scanned: 0,
  resealed: 0,
  alreadyCurrent: 0,
  moved: 0,
  failed: 0,
};

/**
 * The step of which a reseal consists: reads one page of a segment and reseals its records. Done twice it does no harm:
 * what has the suite already stays.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS` if the page cannot be read; a retryable one if
 *   nothing of it could be done.
 */
export async function resealPage(
  ports: ResealPagePorts,
  jobId: string,
  segment: number,
  segments: number,
  cursor: Cursor,
): Promise<PageResult> {
  const { records, next } = await ports.store.page({ segment, segments, cursor, limit: ports.pageSize });
  const sealed = records.filter((record) => !isRemoved(record));
  const step = (record: RawRecord) => resealRecord(ports, jobId, record);
  return { ...(await throughPage(noneResealed, sealed, ports.atOnce, step)), next };
}
