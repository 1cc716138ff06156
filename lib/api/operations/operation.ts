import type * as z from "zod/mini";
import type { ErrorCode } from "../../errors.ts";

/** What a route does, for whoever calls it: with its schemas all that `docs/openapi.json` and `docs/api.md` say of it. */
export interface Operation {
  /** Names it in generated clients. */
  readonly id: string;
  /** One line; the description says what is not plain. */
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.core.$ZodObject;
  readonly body?: z.core.$ZodObject;
  readonly bodyExample?: Readonly<Record<string, unknown>>;
  /** Absent of a `204`. */
  readonly answer?: z.core.$ZodType;
  readonly answerExample?: Readonly<Record<string, unknown>>;
  /** Beside those of the gateway, and of whoever is not signed in. */
  readonly codes: readonly ErrorCode[];
}

/** Of a route that reads a body. */
export const bodyCodes = [
  "MALFORMED_JSON",
  "INVALID_REQUEST",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
] as const satisfies readonly ErrorCode[];

/** Of a route that asks the table. */
export const storeCodes = [
  "STORE_UNAVAILABLE",
  "ACCESS_DENIED_BY_AWS",
] as const satisfies readonly ErrorCode[];

/** Of whatever saves. */
export const saveCodes = [
  ...bodyCodes,
  "UNKNOWN_PROVIDER",
  "INVALID_PROVIDER_KEY_FORMAT",
  "OTHER_PROVIDERS_KEY",
  "PROVIDER_KEY_REJECTED",
  "KMS_UNAVAILABLE",
  "ENCRYPTION_KEY_UNAVAILABLE",
  "CONFLICT",
  ...storeCodes,
] as const satisfies readonly ErrorCode[];

/** Of whatever decrypts. */
export const openCodes = [
  "PROVIDER_KEY_NOT_FOUND",
  "PROVIDER_KEY_DISABLED",
  "PROVIDER_KEY_EXPIRED",
  "DECRYPT_FAILED",
  "SUITE_REFUSED",
  "KMS_UNAVAILABLE",
  "ENCRYPTION_KEY_UNAVAILABLE",
] as const satisfies readonly ErrorCode[];
