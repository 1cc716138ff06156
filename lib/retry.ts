import { setTimeout as sleep } from "node:timers/promises";

/** How often and how patiently something is tried. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  /** The longest wait between two attempts; the first ones are shorter. */
  readonly longestDelayMs: number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

/** Three attempts, at most some 0.6 s of waiting: a person is waiting on the other end. */
export const promptRetry: RetryPolicy = { maxAttempts: 3, longestDelayMs: 1_000, wait: sleep };

/** Of a job, which has time: with every third call throttled, one call in 50,000 is given up. */
export const patientRetry: RetryPolicy = { maxAttempts: 10, longestDelayMs: 5_000, wait: sleep };

const FIRST_DELAY_MS = 100;

/**
 * Runs `attempt(n)`, n from 1, until it succeeds, fails for good, or the policy's attempts were made. The waits
 * double, with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
export async function withRetry<Result>(
  attempt: (attemptNumber: number) => Promise<Result>,
  isTransient: (error: unknown) => boolean,
  { maxAttempts, longestDelayMs, wait }: RetryPolicy = promptRetry,
): Promise<Result> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await attempt(attemptNumber);
    } catch (error) {
      if (attemptNumber === maxAttempts || !isTransient(error)) throw error;
      await wait(Math.random() * Math.min(FIRST_DELAY_MS * 2 ** attemptNumber, longestDelayMs));
    }
  }
}
