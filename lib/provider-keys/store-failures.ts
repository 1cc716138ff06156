import { unmarshall } from "@aws-sdk/util-dynamodb";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { awsErrorName, describeAwsError } from "../aws-failure.ts";
import { WaxsealError, type ErrorCode } from "../errors.ts";
import { withRetry, type RetryPolicy } from "../retry.ts";

/** A write whose condition did not hold. */
export interface Refusal {
  /** The item as it is, where it was asked for and there is one. */
  readonly record: Record<string, unknown> | undefined;
}

/** The refusal that an error stands for, or `undefined` for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof ConditionalCheckFailedException)) return undefined;
  return { record: error.Item && unmarshall(error.Item) };
}

/** Answers that say for certain that a request was not carried out (DynamoDB, "Error handling"). */
const THROTTLED = ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"];

/**
 * Whether a write may be sent again. Only what was certainly not applied: a write whose answer was lost may
 * have been applied, and others after it; sent again it would undo them (a removal, a newer save).
 */
export function isThrottled(error: unknown): boolean {
  return THROTTLED.includes(awsErrorName(error));
}

const DEFINITE = [
  "AccessDeniedException",
  "ConditionalCheckFailedException",
  "ResourceNotFoundException",
  "ValidationException",
];

/**
 * Whether a call that may be repeated can help again: after everything that is not a definite answer. That is a
 * read, or a write whose condition holds once only.
 */
export function isTransient(error: unknown): boolean {
  return !DEFINITE.includes(awsErrorName(error));
}

/**
 * Sends a call that may be repeated, until it is answered.
 *
 * @param operation - for the error.
 * @param retry - a person is waiting, where nothing is said.
 * @throws {WaxsealError} `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`; and where the call has a condition
 *   that does not hold, DynamoDB's own error: see `refusalOf`.
 */
export function repeatable<Answer>(
  operation: string,
  send: () => Promise<Answer>,
  retry?: RetryPolicy,
): Promise<Answer> {
  return withRetry(send, isTransient, retry).catch((error: unknown) => {
    throw error instanceof ConditionalCheckFailedException ? error : storeError(operation, error);
  });
}

/** The error to throw for a failed DynamoDB call: anything unknown is an outage, retryable. */
export function storeError(operation: string, error: unknown): WaxsealError {
  const aws = describeAwsError("dynamodb", operation, error);
  const code: ErrorCode =
    aws.error === "AccessDeniedException" ? "ACCESS_DENIED_BY_AWS" : "STORE_UNAVAILABLE";
  return new WaxsealError(code, { aws });
}
