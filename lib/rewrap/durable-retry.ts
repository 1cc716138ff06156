import type { RetryDecision } from "@aws/durable-execution-sdk-js";
import { describeError } from "../log/describe-error.ts";
import { isWaxsealError } from "../errors.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { DurableRewrapPorts } from "./durable-ports.ts";

/** What is called in a step is tried ten times by itself: what comes here is an outage. These waits are 10 minutes. */
export const MAX_ATTEMPTS = 7;
const FIRST_DELAY_SECONDS = 10;

/** A step's: few and patient attempts while AWS may come back, none where it gave a definite answer. */
export function patiently(
  { logger }: Pick<DurableRewrapPorts, "logger">,
  what: string,
): { readonly retryStrategy: (error: Error, attempt: number) => RetryDecision } {
  return {
    retryStrategy: (error, attempt) => {
      const shouldRetry = attempt < MAX_ATTEMPTS && mayPass(error);
      const fields = { what, attempt, ...codeOf(error), error: describeError(error) };
      if (!shouldRetry) {
        logger.error("rewrap step given up", fields);
        return { shouldRetry };
      }
      logger.warn("rewrap step failed", fields);
      return { shouldRetry, delay: { seconds: FIRST_DELAY_SECONDS * 2 ** (attempt - 1) } };
    },
  };
}

function mayPass(error: Error): boolean {
  if (error instanceof OperatorError) return error.code === "AWS_UNAVAILABLE";
  return isWaxsealError(error) && error.retryable;
}

/** Where the alarms look for it. */
function codeOf(error: Error): { code?: string } {
  return isWaxsealError(error) || error instanceof OperatorError ? { code: error.code } : {};
}
