import type { ProblemCode } from "../../lib/api/problem.ts";

/** Codes of routes and jobs that this client does not call. */
type NotHere = "NOT_ALLOWED_TO_ACT" | "ROUTE_NOT_ALLOWED" | "PROVIDER_REDIRECTED" | "AUDIT_CHAIN_BROKEN";

/** The codes that the API answers with today, and the three that only this client has. */
export type KnownCode = Exclude<ProblemCode, NotHere> | "NETWORK_FAILED" | "TIMED_OUT" | "UNEXPECTED_ANSWER";

/** A newer API may have more of them. */
export type Code = KnownCode | (string & {});

export interface ErrorDetails {
  readonly retryAfterSeconds?: number | undefined;
  readonly looksLike?: string | undefined;
}

/**
 * Every failure of a call, but an abort of the caller's own: `code` says which. It is made of the code and the status
 * alone. Nothing of the request, no text of the answer and no other error is in it, so it can be logged.
 */
export class WaxsealApiError extends Error {
  override readonly name = "WaxsealApiError";
  readonly code: Code;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** When the same call may succeed, if the answer said so. */
  readonly retryAfterSeconds: number | undefined;
  /** `OTHER_PROVIDERS_KEY`: the id of the provider whose API key it looks like. */
  readonly looksLike: string | undefined;

  constructor(code: Code, status: number, { retryAfterSeconds, looksLike }: ErrorDetails = {}) {
    super(`Waxseal: ${code}`);
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.looksLike = looksLike;
  }
}

/** Whether `error` is ours, with this code where one is given. */
export function isWaxsealApiError(error: unknown, code?: KnownCode): error is WaxsealApiError {
  return error instanceof WaxsealApiError && (code === undefined || error.code === code);
}
