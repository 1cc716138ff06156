import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import type { EncryptionContext } from "../envelope/associated-data.ts";
import type {
  DataKeyGenerator,
  DataKeyUnwrapper,
  GeneratedDataKey,
  WrappedDataKey,
} from "../envelope/keyring.ts";
import { WaxsealError } from "../errors.ts";
import { isTransientKmsError, kmsError } from "./failures.ts";
import { withRetry } from "./retry.ts";

/** The one method used; a client must be made with `maxAttempts: 1`, or attempts would hide in it. */
export type KmsSender = Pick<KMSClient, "send">;

/**
 * Data keys from KMS's `GenerateDataKey`, under one KMS key.
 *
 * @param encryptionKeyId - ARN of the KMS key of new seals.
 */
export function kmsDataKeyGenerator(kms: KmsSender, encryptionKeyId: string): DataKeyGenerator {
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
      const answer = await withRetry(send, isTransientKmsError).catch((error: unknown) => {
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

/**
 * Unwraps data keys with KMS's `Decrypt`.
 *
 * @param useId - the claim that this decryption is for. Attempt n carries `waxseal-use/<useId>.<n>` in
 *   its user agent, which CloudTrail records: so each decryption is matched with its claim.
 */
export function kmsDataKeyUnwrapper(kms: KmsSender, useId: string): DataKeyUnwrapper {
  return {
    async unwrapDataKey(wrapped, encryptionContext) {
      const send = (attempt: number) =>
        kms.send(decryptCommand(wrapped, encryptionContext, `${useId}.${attempt}`));
      const answer = await withRetry(send, isTransientKmsError).catch((error: unknown) => {
        throw kmsError("Decrypt", error);
      });
      // Postcondition: KMS used the KMS key that the record names.
      if (answer.KeyId !== wrapped.encryptionKeyId) throw new WaxsealError("DECRYPT_FAILED");
      return present(answer.Plaintext);
    },
  };
}

function decryptCommand(wrapped: WrappedDataKey, encryptionContext: EncryptionContext, useAttempt: string) {
  const command = new DecryptCommand({
    KeyId: wrapped.encryptionKeyId,
    CiphertextBlob: wrapped.wrappedDataKey,
    EncryptionContext: encryptionContext,
  });
  command.middlewareStack.add(
    (next, context) => (args) => {
      const others = (context as { userAgent?: [string, string][] }).userAgent ?? [];
      Object.assign(context, { userAgent: [...others, ["waxseal-use", useAttempt]] });
      return next(args);
    },
    { step: "initialize", name: "waxsealUse" },
  );
  return command;
}

/** AWS documents these fields as always there in a success; without one, the answer is no success. */
function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new WaxsealError("KMS_UNAVAILABLE");
  return value;
}
