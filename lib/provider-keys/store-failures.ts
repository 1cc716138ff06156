import { unmarshall } from "@aws-sdk/util-dynamodb";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { describeAwsError } from "../aws-failure.ts";
import { WaxsealError, type ErrorCode } from "../errors.ts";

/** A write whose condition did not hold. */
export interface Refusal {
  /** The item as it is, where it was asked for and there is one. */
  readonly record?: Record<string, unknown>;
  /** How often the SDK sent the request. */
  readonly attempts: number;
}

/** The refusal that an error stands for, or `undefined` for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof ConditionalCheckFailedException)) return undefined;
  const attempts = error.$metadata.attempts ?? 1;
  return error.Item ? { attempts, record: unmarshall(error.Item) } : { attempts };
}

/**
 * Whether a write was refused only because the SDK had sent it before and the answer was lost: the
 * record then shows this very change, or, where no record is returned, the request was repeated.
 */
export function isOwnRepeat(refusal: Refusal, changeId: string): boolean {
  if (refusal.attempts < 2) return false;
  if (!refusal.record) return true;
  const lastChange = refusal.record["lastChange"] as { changeId?: unknown } | undefined;
  return lastChange?.changeId === changeId;
}

/** The error to throw for a failed DynamoDB call: anything unknown is an outage, retryable. */
export function storeError(operation: string, error: unknown): WaxsealError {
  const aws = describeAwsError("dynamodb", operation, error);
  const code: ErrorCode =
    aws.error === "AccessDeniedException" ? "ACCESS_DENIED_BY_AWS" : "STORE_UNAVAILABLE";
  return new WaxsealError(code, { aws });
}
