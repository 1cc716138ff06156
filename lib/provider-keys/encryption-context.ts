import type { EncryptionContext } from "../envelope/associated-data.ts";

/** The encryption context of an owner's slot: opaque names only, since CloudTrail shows it. */
export function encryptionContextOf(stage: string, ownerId: string, slot: string): EncryptionContext {
  return { purpose: "waxseal/provider-key", stage, ownerId, slot };
}
