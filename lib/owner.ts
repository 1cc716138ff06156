import { createHash } from "node:crypto";
import { encodeStrings } from "./envelope/associated-data.ts";

/**
 * The opaque id of an owner: SHA-256 over issuer and subject, length-prefixed, base64url (43
 * characters). Issuers cannot collide, nothing personal reaches CloudTrail, and any subject, however
 * odd, is a valid partition key.
 *
 * @param subject - the owner claim of a token, or the same id from a trusted caller.
 */
export function ownerIdOf(issuer: string, subject: string): string {
  return createHash("sha256")
    .update(encodeStrings(["waxseal/owner", issuer, subject]))
    .digest("base64url");
}
