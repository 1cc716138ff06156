import { setTimeout as sleep } from "node:timers/promises";

/** Three attempts, at most some 0.6 s of waiting: a person is waiting on the other end. */
const MAX_ATTEMPTS = 3;
const FIRST_DELAY_MS = 100;

/**
 * Runs `attempt(n)`, n from 1, until it succeeds, fails for good, or three were made. The waits double,
 * with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
export async function withRetry<Result>(
  attempt: (attemptNumber: number) => Promise<Result>,
  isTransient: (error: unknown) => boolean,
  wait: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<Result> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await attempt(attemptNumber);
    } catch (error) {
      if (attemptNumber === MAX_ATTEMPTS || !isTransient(error)) throw error;
      await wait(Math.random() * FIRST_DELAY_MS * 2 ** attemptNumber);
    }
  }
}
