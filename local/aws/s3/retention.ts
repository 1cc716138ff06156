/** Object Lock's retention (Amazon S3 User Guide, "Locking objects with Object Lock", "Object Lock considerations"). */
import type { BucketResource } from "../../stack.ts";
import { invalidArgument, s3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";

export interface Retention {
  readonly mode: "COMPLIANCE" | "GOVERNANCE";
  /** Epoch milliseconds. */
  readonly until: number;
}

const msPerDay = 86_400_000;

/** "a default retention mode and period that apply to new objects that are placed in the bucket". */
export function defaultRetention({ lock }: BucketResource, at: number): Retention | undefined {
  return lock && { mode: lock.mode, until: at + lock.days * msPerDay };
}

/** What the request asks for itself. @throws AwsError `InvalidArgument`, `InvalidRequest`. */
export function retentionAsked(
  header: S3Request["header"],
  { lockEnabled }: BucketResource,
  now: Date,
): Retention | undefined {
  const mode = header("x-amz-object-lock-mode");
  const untilDate = header("x-amz-object-lock-retain-until-date");
  if (mode === undefined && untilDate === undefined) return undefined;
  if (mode === undefined || untilDate === undefined)
    throw invalidArgument(
      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
    );
  if (!lockEnabled) throw s3Error("InvalidRequest", "Bucket is missing Object Lock Configuration");
  if (mode !== "COMPLIANCE" && mode !== "GOVERNANCE") throw invalidArgument("Unknown wormMode directive.");
  const until = Date.parse(untilDate);
  if (Number.isNaN(until)) throw invalidArgument("The retain until date must be provided in ISO 8601 format");
  if (until <= now.getTime()) throw invalidArgument("The retain until date must be in the future!");
  return { mode, until };
}

/**
 * Whether a version may be deleted for good: compliance lets nobody, governance whoever says that they bypass it
 * and may.
 */
export function isHeld(retention: Retention | undefined, now: Date, bypasses: () => boolean): boolean {
  if (!retention || retention.until <= now.getTime()) return false;
  return retention.mode === "COMPLIANCE" || !bypasses();
}
