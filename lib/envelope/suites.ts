import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import { WaxsealError } from "../errors.ts";

/** RFC 7518 names of content encryption algorithms. */
export type CipherSuite = "A256CBC-HS512" | "A256GCM";

export interface SealedBytes {
  readonly ciphertext: Uint8Array;
  /** A256CBC-HS512: 32 bytes; A256GCM: 16 bytes. Never truncated further. */
  readonly tag: Uint8Array;
}

interface Suite {
  readonly dataKeyBytes: number;
  readonly ivBytes: number;
  readonly tagBytes: number;
  encrypt(
    dataKey: Uint8Array,
    iv: Uint8Array,
    plaintext: Uint8Array,
    associatedData: Uint8Array,
  ): SealedBytes;
  /** @throws {WaxsealError} `DECRYPT_FAILED`, whatever was wrong. */
  decrypt(dataKey: Uint8Array, iv: Uint8Array, sealed: SealedBytes, associatedData: Uint8Array): Buffer;
}

/** Encrypt-then-MAC, RFC 7518 section 5.2.2: the first half of the data key is the MAC key. */
const a256CbcHs512: Suite = {
  dataKeyBytes: 64,
  ivBytes: 16,
  tagBytes: 32,

  encrypt(dataKey, iv, plaintext, associatedData) {
    const cipher = createCipheriv("aes-256-cbc", dataKey.subarray(32), iv);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return { ciphertext, tag: cbcTag(dataKey, iv, ciphertext, associatedData) };
  },

  // The MAC is checked before a decipher is made, so there is no padding to ask an oracle about.
  decrypt(dataKey, iv, { ciphertext, tag }, associatedData) {
    if (!timingSafeEqual(tag, cbcTag(dataKey, iv, ciphertext, associatedData))) {
      throw new WaxsealError("DECRYPT_FAILED");
    }
    return finish(createDecipheriv("aes-256-cbc", dataKey.subarray(32), iv), ciphertext);
  },
};

/** HMAC-SHA-512 over AAD, IV, ciphertext and the 64-bit length of the AAD in bits, cut to 32 bytes. */
function cbcTag(
  dataKey: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  associatedData: Uint8Array,
): Buffer {
  const associatedDataBits = Buffer.alloc(8);
  associatedDataBits.writeBigUInt64BE(BigInt(associatedData.byteLength) * 8n);
  return createHmac("sha512", dataKey.subarray(0, 32))
    .update(associatedData)
    .update(iv)
    .update(ciphertext)
    .update(associatedDataBits)
    .digest()
    .subarray(0, 32);
}

/** RFC 7518 section 5.3: 96-bit IV, 128-bit tag, both enforced. */
const a256Gcm: Suite = {
  dataKeyBytes: 32,
  ivBytes: 12,
  tagBytes: 16,

  encrypt(dataKey, iv, plaintext, associatedData) {
    const cipher = createCipheriv("aes-256-gcm", dataKey, iv, { authTagLength: 16 });
    cipher.setAAD(associatedData);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return { ciphertext, tag: cipher.getAuthTag() };
  },

  decrypt(dataKey, iv, { ciphertext, tag }, associatedData) {
    const decipher = createDecipheriv("aes-256-gcm", dataKey, iv, { authTagLength: 16 });
    decipher.setAAD(associatedData);
    decipher.setAuthTag(tag);
    return finish(decipher, ciphertext);
  },
};

function finish(decipher: ReturnType<typeof createDecipheriv>, ciphertext: Uint8Array): Buffer {
  try {
    const parts = [decipher.update(ciphertext), decipher.final()];
    const plaintext = Buffer.concat(parts);
    for (const part of parts) part.fill(0);
    return plaintext;
  } catch {
    throw new WaxsealError("DECRYPT_FAILED");
  }
}

export const suites: Readonly<Record<CipherSuite, Suite>> = {
  "A256CBC-HS512": a256CbcHs512,
  A256GCM: a256Gcm,
};
