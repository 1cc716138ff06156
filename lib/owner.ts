import { createHash } from "node:crypto";
import { WaxsealError } from "./errors.ts";
import { encodeStrings } from "./envelope/associated-data.ts";

/**
 * The opaque id of an owner: SHA-256 over issuer and subject, length-prefixed, base64url (43
 * characters). Issuers cannot collide, nothing personal reaches CloudTrail, and any subject, however
 * odd, is a valid partition key.
 *
 * @param subject - the owner claim of a token, or the same id from a trusted caller.
 * @throws {WaxsealError} `INVALID_REQUEST` for a subject that is not well-formed Unicode.
 */
export function ownerIdOf(issuer: string, subject: string): string {
  // UTF-8 has one replacement for every lone surrogate: two such subjects would be one owner.
  if (!subject.isWellFormed()) throw new WaxsealError("INVALID_REQUEST");
  return createHash("sha256")
    .update(encodeStrings(["waxseal/owner", issuer, subject]))
    .digest("base64url");
}
