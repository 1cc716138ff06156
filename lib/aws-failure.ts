import type { AwsFailure } from "./errors.ts";

/** Name and request id of an AWS SDK error, and nothing else of it: messages can quote the request. */
export function describeAwsError(
  service: AwsFailure["service"],
  operation: string,
  error: unknown,
): AwsFailure {
  const metadata = isObject(error) && isObject(error["$metadata"]) ? error["$metadata"] : {};
  const requestId = metadata["requestId"];
  const failure = { service, operation, error: awsErrorName(error) };
  return typeof requestId === "string" ? { ...failure, requestId } : failure;
}

/** The exception's name; the SDK does not model all of them as classes. */
export function awsErrorName(error: unknown): string {
  return isObject(error) && typeof error["name"] === "string" ? error["name"] : "Unknown";
}

/** The same for an operator, who is also told why there was no answer at all: `ECONNREFUSED`. */
export function failureName(error: unknown): string {
  const code = isObject(error) ? error["code"] : undefined;
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? code : awsErrorName(error);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
