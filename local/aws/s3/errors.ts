/** S3's errors by their own codes (Amazon S3 API Reference, "Error responses"). */
import { AwsError } from "../protocol.ts";

/** @param headers - of the answer, beside its XML. */
export function s3Error(
  code: string,
  message: string,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError(code, message, { status, members: headers });
}

export function invalidArgument(message: string): AwsError {
  return s3Error("InvalidArgument", message);
}

/** A denial that no policy explains: what is not said to whoever may not list. */
export function accessDenied(message = "Access Denied"): AwsError {
  return s3Error("AccessDeniedException", message, 403);
}

/** Where the code of the other protocols is another than S3's. */
const codes: Readonly<Record<string, readonly [string, number]>> = {
  AccessDeniedException: ["AccessDenied", 403],
  UnknownOperationException: ["NotImplemented", 501],
  ExpiredTokenException: ["ExpiredToken", 400],
};

export function asS3(error: unknown): AwsError {
  if (!(error instanceof AwsError)) return s3Error("InternalError", "The emulation failed", 500);
  const [code, status] = codes[error.code] ?? [error.code, error.status];
  return new AwsError(code, error.message, { status, members: error.members });
}
