/** Deliveries that go wrong on purpose, for tests: CloudTrail promises no order, no time, and no single delivery. */
import type { CloudTrailRecord } from "../aws/cloudtrail.ts";

export interface TrailFault {
  /** `held`: in no file until `release`. `late`: so many milliseconds after the others. */
  readonly delivery?: "held" | { readonly lateMs: number };
  /** In so many files; 1 where nothing is said. */
  readonly copies?: number;
  /** Its file is left to a backfill digest. */
  readonly isBackfilled?: boolean;
  /** Not on EventBridge, which is best effort. */
  readonly isMissingOnBus?: boolean;
}

/** Asked once for each record. */
export type TrailFaults = (record: CloudTrailRecord) => TrailFault | undefined;
