/** The attribute names of the audit's tables, by what may be done with them: see `lib/attributes.ts`. */

/** Partition and sort key of `AuditLog`. */
export const eventKeyAttributes = ["recordId", "eventSeq"] as const;

/** The index by which an owner's events are found, newest first: partition and sort key. */
export const byOwnerIndex = { indexName: "byOwner", keys: ["ownerId", "at"] } as const;

/** What the index has beside the keys: all that a person sees of an event. */
export const activityAttributes = ["type", "provider", "name", "actor", "caller", "useId"] as const;

/** What is read of it for a person. */
export const activityReadAttributes = [
  ...byOwnerIndex.keys,
  ...eventKeyAttributes,
  ...activityAttributes,
] as const;

/** The index by which an event is found that explains a call of KMS: `use/<useId>`, `kms/<kmsRequestId>`. */
export const byWitnessIndex = { indexName: "byWitness", keys: ["witnessId"] } as const;

/** What it has beside the keys. */
export const witnessAttributes = ["type", "ownerId", "slot", "at", "caller"] as const;

/** The index of `TrailLedger` of what is not settled: sharded, oldest first. */
export const pendingIndex = { indexName: "pending", keys: ["pendingShard", "seenAt"] } as const;

/** What an expiry names of an event: that it is to expire, and when. */
export const expiryAttributes = [...eventKeyAttributes, "purgeAt"] as const;

/** Of the item of `TrailLedger` that says where the expiry is: no call of KMS has this name. */
export const expiryPartition = "expiry";

/** What an erasure reads of an event, and names as it deletes it: its name, and whose it is. */
export const erasedAttributes = [...eventKeyAttributes, byOwnerIndex.keys[0]] as const;

/** What it reads of the events of one record: also which of them are claims, which it keeps hashes of. */
export const erasedReadAttributes = [...erasedAttributes, byWitnessIndex.keys[0]] as const;

/** What it reads of an erasure that was entered before. */
export const erasureAttributes = [...eventKeyAttributes, "at", "actor", "caller", "details"] as const;

/**
 * What may be entered into `AuditIntake`, by how its id begins. Each writer's role has beginnings of its own, and the
 * recorder takes no entry whose type is not of its beginning: so nobody says what is another's to say.
 */
export const intakeTypesByBeginning = {
  "refused-": ["rate_limited", "authentication_failed_in_bulk", "denied"],
  "read-": ["audit_read"],
  "unaccounted-": ["decryption_unaccounted"],
  "late-": ["decryption_explained_late"],
  "changed-": ["control_plane_changed"],
  "missing-": ["control_plane_changed"],
  "role-": ["control_plane_changed"],
  "checkpoint-": ["checkpoint_signed"],
  "expired-": ["events_expired"],
  "erased-": ["events_erased"],
} as const;
export type IntakeBeginning = keyof typeof intakeTypesByBeginning;
export const intakeBeginnings = Object.keys(intakeTypesByBeginning) as readonly IntakeBeginning[];

/** Whether an event of the log is an entry of that beginning. */
export function isEntered(recordId: unknown, beginning: IntakeBeginning): boolean {
  return typeof recordId === "string" && recordId.startsWith(`intake-${beginning}`);
}

/** Of the names of objects that Lambda puts aside: `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random>`. */
export const putAsidePrefix = "aws/lambda/";
