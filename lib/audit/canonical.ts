import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** The canonical encoding of an event, a manifest or a checkpoint: RFC 8785 (JCS), in UTF-8. */
export function canonicalBytes(value: object): Uint8Array {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("what is encoded must be JSON");
  return Buffer.from(text, "utf8");
}

/** SHA-256 of the canonical encoding, 64 hexadecimal digits. */
export function hashOf(value: object): string {
  return createHash("sha256").update(canonicalBytes(value)).digest("hex");
}
