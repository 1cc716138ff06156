/**
 * Every error Waxseal throws on purpose: one class, one stable `code` each. Messages are constant, so
 * nothing of the input, and no inner error's text, can travel in them; callers switch on `code`.
 */
const catalogue = {
  // The caller
  AUTHENTICATION_REQUIRED: { retryable: false, message: "Authentication required" },
  ORIGIN_NOT_ALLOWED: { retryable: false, message: "A page of this origin may not do this" },
  NOT_ALLOWED_TO_ACT: { retryable: false, message: "This role may not act for this user" },
  RATE_LIMITED: { retryable: true, message: "Too many requests" },
  ISSUER_UNAVAILABLE: { retryable: true, message: "The token issuer's keys are unavailable at the moment" },
  MALFORMED_JSON: { retryable: false, message: "The body is not valid JSON in UTF-8" },
  INVALID_REQUEST: { retryable: false, message: "The request does not have the documented form" },
  PAYLOAD_TOO_LARGE: { retryable: false, message: "The request is too large" },
  UNSUPPORTED_MEDIA_TYPE: {
    retryable: false,
    message: "The body must be JSON, as application/json and not encoded",
  },
  UNKNOWN_PROVIDER: { retryable: false, message: "There is no such provider" },
  INVALID_PROVIDER_KEY_FORMAT: { retryable: false, message: "This is not the provider's API key format" },
  OTHER_PROVIDERS_KEY: { retryable: false, message: "This looks like another provider's API key" },
  PROVIDER_KEY_REJECTED: { retryable: false, message: "The provider refused this API key" },
  PROVIDER_KEY_NOT_FOUND: { retryable: false, message: "No API key is configured for this provider" },
  PROVIDER_KEY_DISABLED: { retryable: false, message: "The API key for this provider is disabled" },
  PROVIDER_KEY_EXPIRED: { retryable: false, message: "The API key for this provider has expired" },
  // The proxy
  ROUTE_NOT_ALLOWED: { retryable: false, message: "The proxy does not pass on this method and path" },
  ORIGIN_NOT_REGISTERED: { retryable: false, message: "A stored API key goes to its registered origin only" },
  PROVIDER_UNREACHABLE: { retryable: true, message: "The provider could not be reached" },
  PROVIDER_REDIRECTED: {
    retryable: false,
    message: "The provider redirected the call, which is not followed",
  },
  PROVIDER_TIMEOUT: { retryable: true, message: "The provider did not answer in time" },
  // The envelope
  DECRYPT_FAILED: { retryable: false, message: "The stored API key could not be opened" },
  SUITE_REFUSED: { retryable: false, message: "The stored API key has a cipher suite that is refused" },
  // AWS
  KMS_UNAVAILABLE: { retryable: true, message: "Key management is unavailable at the moment" },
  ENCRYPTION_KEY_UNAVAILABLE: {
    retryable: false,
    message: "The key encryption key is disabled or being deleted",
  },
  STORE_UNAVAILABLE: { retryable: true, message: "Storage is unavailable at the moment" },
  ACCESS_DENIED_BY_AWS: { retryable: false, message: "A permission of the service is missing" },
  CONFLICT: { retryable: true, message: "The API key was changed at the same moment" },
  AUDIT_CHAIN_BROKEN: { retryable: false, message: "The audit's checkpoints do not hold together" },
  INVALID_SETTINGS: { retryable: false, message: "The deployment's settings are incomplete" },
  // The rest: a defect of ours
  INTERNAL: { retryable: false, message: "The service failed" },
} as const;

export type ErrorCode = keyof typeof catalogue;
export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[];

/**
 * The base class, and the only one that is thrown: `code` tells which.
 *
 * `cause` is never set: errors of libraries quote their input. What operators need of an AWS error,
 * its name and request id, is in `aws`.
 */
export class WaxsealError extends Error {
  readonly code: ErrorCode;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The AWS call that failed, if one did. */
  readonly aws: AwsFailure | undefined;
  /** The registered provider that it is about, if it is about one. */
  readonly provider: string | undefined;
  /** `PROVIDER_KEY_REJECTED`: the name under which it was to be saved. */
  readonly slotName: string | undefined;
  /** `OTHER_PROVIDERS_KEY`: the id of the registered provider whose key it looks like. */
  readonly looksLike: string | undefined;
  /** `RATE_LIMITED`: when the next request may succeed. */
  readonly retryAfterSeconds: number | undefined;
  /** `RATE_LIMITED`: which limit, and for whom: a hash. */
  readonly limit: PassedLimit | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(catalogue[code].message);
    this.name = "WaxsealError";
    this.code = code;
    this.retryable = catalogue[code].retryable;
    this.aws = details.aws;
    this.provider = details.provider;
    this.slotName = details.slotName;
    this.looksLike = details.looksLike;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.limit = details.limit;
  }
}

/** What may be said beside the code: nothing of it is the caller's. */
export interface ErrorDetails {
  readonly aws?: AwsFailure;
  readonly provider?: string;
  readonly slotName?: string;
  readonly looksLike?: string;
  readonly retryAfterSeconds?: number;
  readonly limit?: PassedLimit;
}

/** A limit that was passed. */
export interface PassedLimit {
  readonly name: string;
  /** Whoever is counted, hashed. */
  readonly subject: string;
}

/** What may be said of a failed AWS call: nothing of the request. */
export interface AwsFailure {
  readonly service: "kms" | "dynamodb" | "s3";
  readonly operation: string;
  /** The exception's name, as `ThrottlingException`. */
  readonly error: string;
  readonly requestId?: string;
}

/** The constant text of a code. */
export function messageOf(code: ErrorCode): string {
  return catalogue[code].message;
}

/** Whether what failed with this code may succeed later, unchanged. */
export function isRetryable(code: ErrorCode): boolean {
  return catalogue[code].retryable;
}

/** Whether `error` is ours, with this code where one is given. */
export function isWaxsealError(error: unknown, code?: ErrorCode): error is WaxsealError {
  return error instanceof WaxsealError && (code === undefined || error.code === code);
}
