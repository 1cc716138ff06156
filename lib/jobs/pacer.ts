import { setTimeout as sleep } from "node:timers/promises";
import { awsErrorName } from "../aws-failure.ts";
import type { KmsSender } from "../kms/answer.ts";

/** Keeps calls under a rate, and slows down further while they are throttled. */
export interface Pacer {
  /** Resolves when the next call may be made. */
  take(): Promise<void>;
  wasThrottled(): void;
  wentThrough(): void;
}

export interface PacerClock {
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const clock: PacerClock = { now: () => performance.now(), wait: sleep };
/** However throttled, a tenth of the rate shows when it is over. */
const SLOWEST = 10;

/**
 * Calls at even distances, longer after each that was throttled: who throttles us throttles the users' calls too.
 * With those that are not, the distance comes back within some hundred calls.
 */
export function pacer(callsPerSecond: number, { now, wait }: PacerClock = clock): Pacer {
  const least = 1000 / callsPerSecond;
  let distance = least;
  let next = 0;
  return {
    async take() {
      const asked = now();
      const at = Math.max(asked, next);
      next = at + distance;
      // By one look at the clock: a second one may be past it, and a negative wait is warned of.
      if (at > asked) await wait(at - asked);
    },
    wasThrottled() {
      distance = Math.min(distance * 1.5, least * SLOWEST);
    },
    wentThrough() {
      distance = Math.max(distance * 0.98, least);
    },
  };
}

/** The KMS client, each of whose calls waits for its turn: every attempt counts, since KMS counts each. */
export function pacedKms(kms: KmsSender, pace: Pacer): KmsSender {
  const call = kms.send.bind(kms) as (...args: unknown[]) => Promise<unknown>;
  const send = async (...args: unknown[]) => {
    await pace.take();
    try {
      const answer = await call(...args);
      pace.wentThrough();
      return answer;
    } catch (error) {
      if (awsErrorName(error) === "ThrottlingException") pace.wasThrottled();
      throw error;
    }
  };
  return { send: send as KmsSender["send"] };
}
