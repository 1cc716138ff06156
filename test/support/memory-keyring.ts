import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { encodeStrings, type EncryptionContext } from "../../lib/envelope/associated-data.ts";
import type { Keyring } from "../../lib/envelope/keyring.ts";
import { WaxsealError } from "../../lib/errors.ts";

/** A keyring without KMS, for tests of the envelope alone. Insecure: its master secret is in memory. */
export function memoryKeyring(): Keyring & {
  readonly unwrapped: Uint8Array[];
  readonly generated: Uint8Array[];
} {
  const master = randomBytes(32);
  const unwrapped: Uint8Array[] = [];
  const generated: Uint8Array[] = [];
  const aad = (context: EncryptionContext) => encodeStrings(Object.entries(context).sort().flat());
  return {
    unwrapped,
    generated,
    generateDataKey(context, bytes) {
      const dataKey = randomBytes(bytes);
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", master, iv, { authTagLength: 16 }).setAAD(aad(context));
      const wrappedDataKey = Buffer.concat([iv, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
      generated.push(dataKey);
      return Promise.resolve({
        dataKey,
        wrappedDataKey,
        encryptionKeyId: "arn:aws:kms:us-east-1:111122223333:key/memory",
        keyMaterialId: "0".repeat(64),
        kmsRequestId: "request",
      });
    },
    unwrapDataKey({ wrappedDataKey }, context) {
      try {
        const blob = Buffer.from(wrappedDataKey);
        const decipher = createDecipheriv("aes-256-gcm", master, blob.subarray(0, 12), { authTagLength: 16 });
        decipher.setAAD(aad(context)).setAuthTag(blob.subarray(-16));
        const dataKey = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
        unwrapped.push(dataKey);
        return Promise.resolve(dataKey);
      } catch {
        return Promise.reject(new WaxsealError("DECRYPT_FAILED"));
      }
    },
  };
}
