/** The codes that the API answers with today, and the three that only this client has (the last). */
export type KnownCode =
  | "AUTHENTICATION_REQUIRED"
  | "ORIGIN_NOT_ALLOWED"
  | "RATE_LIMITED"
  | "ISSUER_UNAVAILABLE"
  | "MALFORMED_JSON"
  | "INVALID_REQUEST"
  | "PAYLOAD_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "UNKNOWN_PROVIDER"
  | "INVALID_PROVIDER_KEY_FORMAT"
  | "OTHER_PROVIDERS_KEY"
  | "PROVIDER_KEY_REJECTED"
  | "PROVIDER_KEY_NOT_FOUND"
  | "PROVIDER_KEY_DISABLED"
  | "PROVIDER_KEY_EXPIRED"
  | "ORIGIN_NOT_REGISTERED"
  | "PROVIDER_UNREACHABLE"
  | "PROVIDER_TIMEOUT"
  | "DECRYPT_FAILED"
  | "SUITE_REFUSED"
  | "KMS_UNAVAILABLE"
  | "ENCRYPTION_KEY_UNAVAILABLE"
  | "STORE_UNAVAILABLE"
  | "ACCESS_DENIED_BY_AWS"
  | "CONFLICT"
  | "INVALID_SETTINGS"
  | "INTERNAL"
  | "ROUTE_NOT_FOUND"
  | "FILTERED"
  | "BAD_REQUEST"
  | "GATEWAY_FAILED"
  | "NETWORK_FAILED"
  | "TIMED_OUT"
  | "UNEXPECTED_ANSWER";

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
