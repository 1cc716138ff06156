import { GenerateDataKeyCommand } from "@aws-sdk/client-kms";
import type { DataKeyGenerator, GeneratedDataKey } from "../envelope/keyring.ts";
import { present, type KmsSender } from "./answer.ts";
import { isTransientKmsError, kmsError } from "./failures.ts";
import { promptRetry, withRetry, type RetryPolicy } from "../retry.ts";

/**
 * Data keys from KMS's `GenerateDataKey`, under one KMS key.
 *
 * @param encryptionKeyId - ARN of the KMS key of new seals.
 */
export function kmsDataKeyGenerator(
  kms: KmsSender,
  encryptionKeyId: string,
  retry: RetryPolicy = promptRetry,
): DataKeyGenerator {
  return {
    async generateDataKey(encryptionContext, bytes) {
      const send = () =>
        kms.send(
          new GenerateDataKeyCommand({
            KeyId: encryptionKeyId,
            NumberOfBytes: bytes,
            EncryptionContext: encryptionContext,
          }),
        );
      const answer = await withRetry(send, isTransientKmsError, retry).catch((error: unknown) => {
        throw kmsError("GenerateDataKey", error);
      });
      return {
        dataKey: present(answer.Plaintext),
        wrappedDataKey: present(answer.CiphertextBlob),
        encryptionKeyId: present(answer.KeyId),
        keyMaterialId: present(answer.KeyMaterialId),
        kmsRequestId: present(answer.$metadata.requestId),
      } satisfies GeneratedDataKey;
    },
  };
}
