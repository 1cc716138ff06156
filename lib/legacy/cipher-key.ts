import { createHash, pbkdf2Sync, scryptSync } from "node:crypto";
import { OperatorError } from "../jobs/operator-error.ts";

export const kdfs = ["scrypt", "pbkdf2-sha256", "sha256", "raw"] as const;

/** How an application made its cipher key of its secret. */
export interface Kdf {
  readonly kdf: (typeof kdfs)[number];
  /** As it is, in UTF-8: of scrypt and PBKDF2. */
  readonly salt: string;
  /** Of scrypt: its `N`, a power of two. Node's default is 16,384. */
  readonly cost: number;
  /** Of PBKDF2. */
  readonly iterations: number;
}

export const legacyKdf: Kdf = { kdf: "scrypt", salt: "salt", cost: 16_384, iterations: 100_000 };

/** All shapes here are AES-256. */
const BYTES = 32;
/** Block size; what `scrypt` needs is 128 × cost × this (RFC 7914, section 2; 6 is the parallelisation's share). */
const SCRYPT_R = 8;

/**
 * The cipher key of a secret.
 *
 * @returns 32 bytes, the receiver's to zero.
 * @throws {OperatorError} `USAGE` for a raw one of another length.
 */
export function cipherKeyOf(secret: string, { kdf, salt, cost, iterations }: Kdf): Buffer {
  switch (kdf) {
    case "scrypt":
      return scryptSync(secret, salt, BYTES, { N: cost, r: SCRYPT_R, p: 1, maxmem: 256 * cost * SCRYPT_R });
    case "pbkdf2-sha256":
      return pbkdf2Sync(secret, salt, iterations, BYTES, "sha256");
    case "sha256":
      return createHash("sha256").update(secret, "utf8").digest();
    case "raw":
      return rawBytes(secret);
  }
}

/** 32 bytes, in hexadecimal or base64, or as they are: no two of these have the same length. */
function rawBytes(secret: string): Buffer {
  const isHex = /^[0-9a-f]{64}$/i.test(secret);
  const isBase64 = /^[\w+/-]{43}=?$/.test(secret);
  const bytes = Buffer.from(secret, isHex ? "hex" : isBase64 ? "base64" : "utf8");
  if (bytes.byteLength === BYTES) return bytes;
  throw new OperatorError("USAGE", "With --kdf raw the secret is 32 bytes: 64 hexadecimal digits, or base64");
}
