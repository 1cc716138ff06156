import { WaxsealApiError, type Code } from "../../client/index.ts";

/** A failure, as far as a person is told. */
export interface Trouble {
  readonly code: Code;
  readonly isOffline: boolean;
  /** From when on the same may succeed, in milliseconds since 1970. */
  readonly until?: number | undefined;
  /** The id of the provider whose key it looks like. */
  readonly looksLike?: string | undefined;
}

/** What is none of the client's errors is a defect of ours, and tells nothing. */
export function troubleOf(error: unknown, now: number): Trouble {
  const isOffline = !navigator.onLine;
  if (!(error instanceof WaxsealApiError)) return { code: "INTERNAL", isOffline };
  const { code, looksLike, retryAfterSeconds = 1 } = error;
  const until = code === "RATE_LIMITED" ? now + retryAfterSeconds * 1000 : undefined;
  return { code, isOffline: isOffline && error.status === 0, until, looksLike };
}
