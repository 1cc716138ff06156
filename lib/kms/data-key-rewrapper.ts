import { ReEncryptCommand } from "@aws-sdk/client-kms";
import { awsErrorName } from "../aws-failure.ts";
import type { EncryptionContext } from "../envelope/associated-data.ts";
import type { WrappedDataKey } from "../envelope/keyring.ts";
import { WaxsealError } from "../errors.ts";
import { patientRetry, withRetry, type RetryPolicy } from "../retry.ts";
import { present, type KmsSender } from "./answer.ts";
import { isTransientKmsError, kmsError } from "./failures.ts";

/** Another wrapping of the same data key. */
export interface RewrappedDataKey extends WrappedDataKey {
  /** KMS's id of the request, by which CloudTrail knows it. */
  readonly kmsRequestId: string;
}

export interface DataKeyRewrapper {
  /**
   * @throws {WaxsealError} `DECRYPT_FAILED` if the wrapped data key is damaged or another context's;
   *   `ENCRYPTION_KEY_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`; `KMS_UNAVAILABLE` (retryable).
   */
  rewrapDataKey(wrapped: WrappedDataKey, encryptionContext: EncryptionContext): Promise<RewrappedDataKey>;
  /** Asks KMS whether it would, and changes nothing. Throws the same. */
  wouldRewrapDataKey(wrapped: WrappedDataKey, encryptionContext: EncryptionContext): Promise<void>;
}

/**
 * Rewraps data keys with KMS's `ReEncrypt`, under the same encryption context on both sides: the plaintext never
 * leaves KMS, and the role needs no `kms:Decrypt`. Onto the same KMS key it is a move to its current key material.
 *
 * @param encryptionKeyId - ARN of the KMS key that wraps from now on.
 */
export function kmsDataKeyRewrapper(
  kms: KmsSender,
  encryptionKeyId: string,
  retry: RetryPolicy = patientRetry,
): DataKeyRewrapper {
  const reEncrypt = (wrapped: WrappedDataKey, context: EncryptionContext, dryRun: boolean) =>
    kms.send(
      new ReEncryptCommand({
        CiphertextBlob: wrapped.wrappedDataKey,
        SourceKeyId: wrapped.encryptionKeyId,
        SourceEncryptionContext: context,
        DestinationKeyId: encryptionKeyId,
        DestinationEncryptionContext: context,
        ...(dryRun && { DryRun: true }),
      }),
    );
  const isTransient = (error: unknown) => !isDryRunSuccess(error) && isTransientKmsError(error);
  return {
    async rewrapDataKey(wrapped, context) {
      const send = () => reEncrypt(wrapped, context, false);
      const answer = await withRetry(send, isTransient, retry).catch(throwConstant);
      // Postcondition: from the KMS key that the record names, to the one that was asked for.
      const isAsAsked = answer.SourceKeyId === wrapped.encryptionKeyId && answer.KeyId === encryptionKeyId;
      if (!isAsAsked) throw new WaxsealError("DECRYPT_FAILED");
      return {
        wrappedDataKey: present(answer.CiphertextBlob),
        encryptionKeyId,
        keyMaterialId: present(answer.DestinationKeyMaterialId),
        kmsRequestId: present(answer.$metadata.requestId),
      };
    },
    async wouldRewrapDataKey(wrapped, context) {
      const send = () => reEncrypt(wrapped, context, true);
      await withRetry(send, isTransient, retry).catch((error: unknown) => {
        if (!isDryRunSuccess(error)) throwConstant(error);
      });
    },
  };
}

/** "DryRunOperationException: the request was rejected because the DryRun parameter was specified" (API reference). */
function isDryRunSuccess(error: unknown): boolean {
  return awsErrorName(error) === "DryRunOperationException";
}

function throwConstant(error: unknown): never {
  throw kmsError("ReEncrypt", error);
}
