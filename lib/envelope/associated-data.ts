import type { CipherSuite } from "./suites.ts";

/**
 * The KMS encryption context of every seal. CloudTrail shows it in clear, so it holds opaque ids only.
 * KMS refuses to unwrap a data key under any other.
 */
export interface EncryptionContext extends Record<string, string> {
  readonly purpose: "waxseal/provider-key";
  readonly stage: string;
  readonly ownerId: string;
  readonly slot: string;
}

/** What the tag authenticates besides the ciphertext. */
export interface AssociatedData {
  readonly encryptionContext: EncryptionContext;
  readonly formatVersion: number;
  readonly cipherSuite: CipherSuite;
  readonly sealId: string;
  readonly endpointId: string;
}

const DOMAIN = "waxseal/associated-data";

/**
 * Canonical bytes: a list of UTF-8 strings, each after its length as a 32-bit big-endian number, so
 * that no two lists share an encoding. Order: domain, version, suite, seal, endpoint, then the
 * context's names and values by name (by UTF-16 code unit). `docs/record-format.md` has an example.
 */
export function encodeAssociatedData(data: AssociatedData): Buffer {
  const context = Object.entries(data.encryptionContext).sort(([a], [b]) => (a < b ? -1 : 1));
  return encodeStrings([
    DOMAIN,
    String(data.formatVersion),
    data.cipherSuite,
    data.sealId,
    data.endpointId,
    ...context.flat(),
  ]);
}

/** Length-prefixed concatenation. */
export function encodeStrings(strings: readonly string[]): Buffer {
  return Buffer.concat(
    strings.flatMap((text) => {
      const bytes = Buffer.from(text, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.byteLength);
      return [length, bytes];
    }),
  );
}
