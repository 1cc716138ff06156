import { DecryptCommand } from "@aws-sdk/client-kms";
import type { EncryptionContext } from "../envelope/associated-data.ts";
import type { DataKeyUnwrapper, WrappedDataKey } from "../envelope/keyring.ts";
import { WaxsealError } from "../errors.ts";
import { present, type KmsSender } from "./answer.ts";
import { isTransientKmsError, kmsError } from "./failures.ts";
import { promptRetry, withRetry, type RetryPolicy } from "../retry.ts";

/**
 * Unwraps data keys with KMS's `Decrypt`.
 *
 * @param useId - the claim that this decryption is for. Attempt n carries `waxseal-use/<useId>.<n>` in
 *   its user agent, which CloudTrail records: so each decryption is matched with its claim.
 */
export function kmsDataKeyUnwrapper(
  kms: KmsSender,
  useId: string,
  retry: RetryPolicy = promptRetry,
): DataKeyUnwrapper {
  return {
    async unwrapDataKey(wrapped, encryptionContext) {
      const send = (attempt: number) =>
        kms.send(decryptCommand(wrapped, encryptionContext, `${useId}.${attempt}`));
      const answer = await withRetry(send, isTransientKmsError, retry).catch((error: unknown) => {
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
