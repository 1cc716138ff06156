import { isWaxsealError, type AwsFailure } from "../errors.ts";
import type { TakeLimit } from "./take-limit.ts";

/**
 * A limit for what must go on although it cannot be counted: a removal while the limits' table does not answer.
 *
 * @param report - told each time that this happened.
 */
export function ifCounted(
  takeLimit: TakeLimit,
  report: (failure: { name: string; aws: AwsFailure | undefined }) => void,
): TakeLimit {
  return async (name, subject) => {
    try {
      await takeLimit(name, subject);
    } catch (error) {
      if (!isWaxsealError(error) || error.code === "RATE_LIMITED") throw error;
      report({ name, aws: error.aws });
    }
  };
}
