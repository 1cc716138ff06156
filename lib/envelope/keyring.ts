import type { EncryptionContext } from "./associated-data.ts";

/** A data key in both forms. The plaintext is the receiver's to zero. */
export interface GeneratedDataKey extends WrappedDataKey {
  /** Plaintext, of the length asked for. */
  readonly dataKey: Uint8Array;
  /** KMS's id of the request, by which CloudTrail knows it. */
  readonly kmsRequestId: string;
}

export interface WrappedDataKey {
  /** KMS's `CiphertextBlob`, at most 6,144 bytes. */
  readonly wrappedDataKey: Uint8Array;
  /** ARN of the KMS key that wrapped it. */
  readonly encryptionKeyId: string;
  /** Which key material of that KMS key did. */
  readonly keyMaterialId: string;
}

/**
 * Makes and unwraps data keys; KMS is one implementation.
 *
 * Both throw `KMS_UNAVAILABLE` (retryable), `ENCRYPTION_KEY_UNAVAILABLE` or `ACCESS_DENIED_BY_AWS`;
 * `unwrapDataKey` throws `DECRYPT_FAILED` if the wrapped data key is not this context's.
 */
export interface Keyring {
  generateDataKey(encryptionContext: EncryptionContext, bytes: number): Promise<GeneratedDataKey>;
  /** Returns the plaintext data key; the receiver zeroes it. */
  unwrapDataKey(wrapped: WrappedDataKey, encryptionContext: EncryptionContext): Promise<Uint8Array>;
}

export type DataKeyGenerator = Pick<Keyring, "generateDataKey">;
export type DataKeyUnwrapper = Pick<Keyring, "unwrapDataKey">;
