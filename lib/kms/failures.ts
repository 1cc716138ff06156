import { awsErrorName, describeAwsError } from "../aws-failure.ts";
import { WaxsealError, type ErrorCode } from "../errors.ts";

/**
 * What KMS's exceptions mean to us, by name: throttling and access denial are not modelled by the SDK,
 * so `instanceof` would miss them (AWS KMS API reference, "Common errors" and each operation's).
 */
const codeByName: Readonly<Record<string, ErrorCode>> = {
  AccessDeniedException: "ACCESS_DENIED_BY_AWS",
  DisabledException: "ENCRYPTION_KEY_UNAVAILABLE",
  KMSInvalidStateException: "ENCRYPTION_KEY_UNAVAILABLE",
};

/** Without a record to blame: the configured KMS key is no use. */
const codeByNameOnGenerate: Readonly<Record<string, ErrorCode>> = {
  ...codeByName,
  NotFoundException: "ENCRYPTION_KEY_UNAVAILABLE",
  InvalidArnException: "INVALID_SETTINGS",
  ValidationException: "INVALID_SETTINGS",
};

/** The wrapped data key is damaged, another record's, another context's or another KMS key's. */
const codeByNameOnDecrypt: Readonly<Record<string, ErrorCode>> = {
  ...codeByName,
  NotFoundException: "DECRYPT_FAILED",
  InvalidArnException: "DECRYPT_FAILED",
  ValidationException: "DECRYPT_FAILED",
  InvalidCiphertextException: "DECRYPT_FAILED",
  IncorrectKeyException: "DECRYPT_FAILED",
};

/** The error to throw for a failed KMS call: anything unknown is an outage, retryable. */
export function kmsError(
  operation: "GenerateDataKey" | "Decrypt" | "ReEncrypt",
  error: unknown,
): WaxsealError {
  const aws = describeAwsError("kms", operation, error);
  const codes = operation === "GenerateDataKey" ? codeByNameOnGenerate : codeByNameOnDecrypt;
  return new WaxsealError(codes[aws.error] ?? "KMS_UNAVAILABLE", { aws });
}

/** Whether another attempt may help: everything that is not a definite answer. */
export function isTransientKmsError(error: unknown): boolean {
  return !Object.hasOwn(codeByNameOnDecrypt, awsErrorName(error));
}
