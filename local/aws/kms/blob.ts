/**
 * The ciphertext blob of this emulation: version, key id, id of the key material, IV, ciphertext, tag.
 * AES-256-GCM under the key material; the header and the encryption context are authenticated, as KMS
 * authenticates the context (KMS Developer Guide, "Encryption context").
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AwsError } from "../protocol.ts";
import type { KeyMaterial } from "./schedule.ts";

export type EncryptionContext = Readonly<Record<string, string>>;

export interface BlobHeader {
  readonly keyId: string;
  readonly keyMaterialId: string;
  readonly headerLength: number;
}

const version = 1;
const materialIdBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

export function sealBlob(
  plaintext: Uint8Array,
  keyId: string,
  material: KeyMaterial,
  encryptionContext: EncryptionContext,
): Buffer {
  const id = Buffer.from(keyId, "utf8");
  const header = Buffer.concat([Buffer.from([version, id.length]), id, Buffer.from(material.id, "hex")]);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(material.bytes, "base64"), iv, {
    authTagLength: tagBytes,
  });
  cipher.setAAD(Buffer.concat([header, canonicalContext(encryptionContext)]));
  return Buffer.concat([header, iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Which key and material a blob names. Throws `InvalidCiphertextException` where it is none of ours. */
export function readHeader(blob: Buffer): BlobHeader {
  const idLength = blob[1] ?? 0;
  const headerLength = 2 + idLength + materialIdBytes;
  if (blob[0] !== version || blob.length < headerLength + ivBytes + tagBytes) throw invalidCiphertext();
  return {
    keyId: blob.toString("utf8", 2, 2 + idLength),
    keyMaterialId: blob.toString("hex", 2 + idLength, headerLength),
    headerLength,
  };
}

/** Throws `InvalidCiphertextException` where blob, material and encryption context do not belong together. */
export function openBlob(
  blob: Buffer,
  header: BlobHeader,
  material: KeyMaterial,
  context: EncryptionContext,
): Buffer {
  const body = blob.subarray(header.headerLength);
  const cipherSettings = { authTagLength: tagBytes };
  const iv = body.subarray(0, ivBytes);
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(material.bytes, "base64"), iv, cipherSettings);
  decipher.setAAD(Buffer.concat([blob.subarray(0, header.headerLength), canonicalContext(context)]));
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body.subarray(ivBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/** KMS gives this error no message. */
export function invalidCiphertext(): AwsError {
  return new AwsError("InvalidCiphertextException");
}

/** Sorted, since the order of the pairs does not matter to KMS, and with lengths, so that no two contexts meet. */
function canonicalContext(context: EncryptionContext): Buffer {
  const names = Object.keys(context).sort();
  return Buffer.concat(names.flatMap((name) => [lengthPrefixed(name), lengthPrefixed(context[name] ?? "")]));
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
