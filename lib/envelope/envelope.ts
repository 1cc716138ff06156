/**
 * The envelope: `seal` and `open`, mirror images.
 *
 * - A data key belongs to one seal, lives in one function here and is zeroed when that function ends.
 * - The tag covers context, format version, suite, seal id and endpoint: a sealed record opens only for
 *   the owner, slot and endpoint it was sealed for.
 * - Owner, slot and endpoint come from what the caller asked for, never from the record.
 * - Lengths and versions are checked before KMS is asked, the MAC before a decipher is made.
 * - Whatever is wrong with a record is one opaque `DECRYPT_FAILED`; only a refused suite has its own code.
 */
import { randomBytes } from "node:crypto";
import { WaxsealError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { encodeAssociatedData, type EncryptionContext } from "./associated-data.ts";
import type { DataKeyGenerator, DataKeyUnwrapper } from "./keyring.ts";
import { suites, type CipherSuite } from "./suites.ts";

/** The version that is written; the only one that is read today. */
export const FORMAT_VERSION = 1;

/** What is stored of a provider key. Byte lengths by suite: see `docs/record-format.md`. */
export interface SealedProviderKey {
  readonly formatVersion: number;
  readonly cipherSuite: CipherSuite;
  /** 16 random bytes, base64url: names this seal, new with every one. */
  readonly sealId: string;
  /** The registered origin this provider key may be sent to. */
  readonly endpointId: string;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  readonly wrappedDataKey: Uint8Array;
  readonly encryptionKeyId: string;
  readonly keyMaterialId: string;
}

/** For whom and what a provider key is sealed or opened, as the caller asked for it. */
export interface SealPurpose {
  readonly encryptionContext: EncryptionContext;
  readonly endpointId: string;
}

/**
 * Seals a provider key under a new data key.
 *
 * @returns the sealed form, and KMS's request id for the record of the change.
 * @throws {WaxsealError} what `keyring.generateDataKey` throws.
 */
export async function seal(
  providerKey: Secret,
  purpose: SealPurpose,
  cipherSuite: CipherSuite,
  keyring: DataKeyGenerator,
  random: (bytes: number) => Uint8Array = randomBytes,
): Promise<{ sealed: SealedProviderKey; kmsRequestId: string }> {
  const suite = suites[cipherSuite];
  const { dataKey, kmsRequestId, ...wrapped } = await keyring.generateDataKey(
    purpose.encryptionContext,
    suite.dataKeyBytes,
  );
  try {
    const iv = random(suite.ivBytes);
    const header = {
      formatVersion: FORMAT_VERSION,
      cipherSuite,
      sealId: Buffer.from(random(16)).toString("base64url"),
      endpointId: purpose.endpointId,
    };
    const associatedData = encodeAssociatedData({ ...header, encryptionContext: purpose.encryptionContext });
    const plaintext = Buffer.from(providerKey.exposeSecret(), "utf8");
    const bytes = suite.encrypt(dataKey, iv, plaintext, associatedData);
    plaintext.fill(0);
    return { sealed: { ...header, iv, ...bytes, ...wrapped }, kmsRequestId };
  } finally {
    dataKey.fill(0);
  }
}

/**
 * Opens a sealed provider key, for the owner, slot and endpoint in `purpose` and no other.
 *
 * @throws {WaxsealError} `SUITE_REFUSED` if the suite is known but not in `readSuites`;
 *   `DECRYPT_FAILED` for everything else that is wrong with the record; what
 *   `keyring.unwrapDataKey` throws.
 */
export async function open(
  sealed: SealedProviderKey,
  purpose: SealPurpose,
  readSuites: readonly CipherSuite[],
  keyring: DataKeyUnwrapper,
): Promise<Secret> {
  const suite = checkForm(sealed, purpose, readSuites);
  const dataKey = await keyring.unwrapDataKey(sealed, purpose.encryptionContext);
  try {
    if (dataKey.byteLength !== suite.dataKeyBytes) throw new WaxsealError("DECRYPT_FAILED");
    const associatedData = encodeAssociatedData({
      formatVersion: sealed.formatVersion,
      cipherSuite: sealed.cipherSuite,
      sealId: sealed.sealId,
      endpointId: purpose.endpointId,
      encryptionContext: purpose.encryptionContext,
    });
    const plaintext = suite.decrypt(dataKey, sealed.iv, sealed, associatedData);
    const providerKey = new Secret(plaintext.toString("utf8"));
    plaintext.fill(0);
    return providerKey;
  } finally {
    dataKey.fill(0);
  }
}

/** Everything that can be refused without a data key. */
function checkForm(sealed: SealedProviderKey, purpose: SealPurpose, readSuites: readonly CipherSuite[]) {
  const suite = Object.hasOwn(suites, sealed.cipherSuite) ? suites[sealed.cipherSuite] : undefined;
  const wellFormed =
    suite !== undefined &&
    sealed.formatVersion === FORMAT_VERSION &&
    sealed.endpointId === purpose.endpointId &&
    sealed.iv.byteLength === suite.ivBytes &&
    sealed.tag.byteLength === suite.tagBytes;
  if (!wellFormed) throw new WaxsealError("DECRYPT_FAILED");
  if (!readSuites.includes(sealed.cipherSuite)) throw new WaxsealError("SUITE_REFUSED");
  return suite;
}
