/** What a job asks of the KMS key that it works with. */
import { DescribeKeyCommand, type KeyMetadata } from "@aws-sdk/client-kms";
import { failureName } from "../aws-failure.ts";
import type { KmsSender } from "../kms/answer.ts";
import { isTransientKmsError } from "../kms/failures.ts";
import { patientRetry, withRetry } from "../retry.ts";
import type { CurrentWrapping } from "../rewrap/wrapping.ts";
import { OperatorError } from "./operator-error.ts";

/**
 * Which KMS key and which of its key materials wrap new data keys now.
 *
 * @throws {OperatorError} `REFUSED` where that KMS key cannot be used.
 */
export async function currentWrapping(kms: KmsSender, encryptionKeyId: string): Promise<CurrentWrapping> {
  const { KeyState: state = "unknown", CurrentKeyMaterialId: keyMaterialId } = await describeKmsKey(
    kms,
    encryptionKeyId,
  );
  if (state === "Enabled" && keyMaterialId !== undefined) return { encryptionKeyId, keyMaterialId };
  throw new OperatorError("REFUSED", `The KMS key ${encryptionKeyId} cannot wrap: it is ${state}`);
}

/** @throws {OperatorError} `AWS_UNAVAILABLE`. */
export async function describeKmsKey(kms: KmsSender, encryptionKeyId: string): Promise<KeyMetadata> {
  const { KeyMetadata: metadata } = await asked(() =>
    kms.send(new DescribeKeyCommand({ KeyId: encryptionKeyId })),
  );
  if (!metadata) throw new OperatorError("AWS_UNAVAILABLE", "KMS did not describe the key");
  return metadata;
}

/** A call that changes nothing, patiently. */
export function asked<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  return withRetry(send, isTransientKmsError, patientRetry).catch(refuse);
}

/** @throws {OperatorError} `REFUSED`, `AWS_UNAVAILABLE`: in words of ours. */
export function refuse(error: unknown): never {
  const name = failureName(error);
  const isRefused = name === "AccessDeniedException" || name === "LimitExceededException";
  if (isRefused) throw new OperatorError("REFUSED", `KMS refused: ${name}`);
  throw new OperatorError("AWS_UNAVAILABLE", `KMS did not answer: ${name}`);
}
