/**
 * The audit's events. Each is made of what happened alone (a change as the stream shows it, an entry of the intake),
 * never of when or by which process it was recorded: so whoever records it again writes the same event.
 *
 * Two strings name an event: `recordId` and `eventSeq`. Nothing sealed is ever part of one.
 */

/** What every event has. */
interface Common {
  readonly schemaVersion: 1;
  /** The record's, 22 characters; of what is no change of a record `intake-<intakeId>`. */
  readonly recordId: string;
  /**
   * The record's `changeSeq` in 12 digits; of a change that did not go by Waxseal's rules
   * `<changeSeq, 12 digits>~<sequence number in the stream>`; of an entry of the intake 12 digits, always 1.
   */
  readonly eventSeq: string;
  /** When it happened: ISO 8601, UTC, milliseconds. */
  readonly at: string;
}

/** What every event has that is about a provider key. */
interface OfRecord extends Common {
  readonly ownerId: string;
  /** `openai/default` */
  readonly slot: string;
  /** The parts of the slot. */
  readonly provider: string;
  readonly name: string;
  readonly actor: string;
  readonly caller: string;
  readonly requestId: string;
}

/** What was sealed or wrapped with a data key that KMS made or rewrapped for it. */
interface Wrapped {
  /** By which CloudTrail knows the call of KMS; absent where the record does not say. */
  readonly kmsRequestId?: string;
  /** `kms/<kmsRequestId>` */
  readonly witnessId?: string;
  readonly encryptionKeyId: string;
  readonly keyMaterialId: string;
  readonly cipherSuite: string;
  readonly sealId: string;
}

/** What was decrypted for, or was going to be: a claim, or what followed from one. */
interface Claimed {
  readonly useId: string;
  /** `use/<useId>`, of claims only. */
  readonly witnessId?: string;
}

export type RecordEvent =
  | (OfRecord & Wrapped & { readonly type: "key_saved" | "key_imported" | "key_resealed" })
  /** `replaces`: the record, damaged, that was in its place. */
  | (OfRecord & Wrapped & { readonly type: "key_restored"; readonly replaces?: string })
  | (OfRecord & Wrapped & { readonly type: "key_rewrapped"; readonly ciphertextUnchanged: true })
  | (OfRecord & { readonly type: "key_updated" | "key_disabled" | "key_enabled" | "key_removed" })
  | (OfRecord & Claimed & { readonly type: ClaimType })
  | (OfRecord & Claimed & { readonly type: "key_open_failed" })
  | (OfRecord & Claimed & { readonly type: "key_health_changed"; readonly health: string })
  /** TTL deleted a tombstone. Its number is the one after the last. */
  | (OfRecord & { readonly type: "key_purged" })
  /** What did not go by Waxseal's rules: `problems` says which were broken. */
  | (Partial<OfRecord> &
      Common & { readonly type: "changed_out_of_band"; readonly problems: readonly Problem[] });

/** Events after each of which a `Decrypt` of KMS may follow. */
export const claimTypes = ["key_used", "key_reseal_claimed", "key_import_verified", "key_exported"] as const;
export type ClaimType = (typeof claimTypes)[number];

/** Why a change of a record is none of Waxseal's. */
export const problems = [
  /** `changeSeq` is not the one before plus one. */
  "change_seq_skipped",
  "change_seq_repeated",
  "change_seq_lowered",
  /** `lastChange` is that of the change before. */
  "last_change_repeated",
  /** The image does not have the form of a record. */
  "malformed",
  /** Deleted, and not by TTL. */
  "deleted",
  /** The operation that `lastChange` names does not change what was changed. */
  "operation_exceeded",
  /** `recordId` became another. */
  "record_replaced",
] as const;
export type Problem = (typeof problems)[number];

/** What is no change of a record; written to the `AuditIntake` table by whoever saw it. */
export const intakeTypes = [
  /** A request above its limit: once for each subject, limit and minute. */
  "rate_limited",
  /** A source address above the limit of failed authentications: once a minute. */
  "authentication_failed_in_bulk",
  /** Somebody who may not act for an owner, an owner's provider key that may not be used, or one that its provider refused at a save. */
  "denied",
  /** The audit was read: by a person (their own), by an auditor (what they asked for). */
  "audit_read",
  /** A `Decrypt` (or a `ReEncrypt` to a KMS key that is not ours) that nothing of ours explains. */
  "decryption_unaccounted",
  /** One that was reported so, and was explained after all. */
  "decryption_explained_late",
  /** Policy, grants, state, rotation of a KMS key, or the trail itself, were changed. */
  "control_plane_changed",
  "checkpoint_signed",
  /** By retention, and only what a checkpoint covers. */
  "events_expired",
  /** An owner's, on request. */
  "events_erased",
] as const;
export type IntakeType = (typeof intakeTypes)[number];

/** An entry's own details are short strings by name; none of them is free text of a request. */
export type IntakeEvent = Common & {
  readonly type: IntakeType;
  readonly ownerId?: string;
  readonly actor?: string;
  readonly caller?: string;
  readonly requestId?: string;
  readonly details?: Readonly<Record<string, string>>;
};

/** An event of the audit was changed or deleted: seen on the audit's own stream. */
export type TamperEvent = Common & {
  readonly type: "event_changed" | "event_deleted";
  /** `<recordId>/<eventSeq>` of the event. */
  readonly event: string;
};

export type AuditEvent = RecordEvent | IntakeEvent | TamperEvent;

/** `<recordId>/<eventSeq>`: how manifests name an event. */
export function eventIdOf({ recordId, eventSeq }: Pick<AuditEvent, "recordId" | "eventSeq">): string {
  return `${recordId}/${eventSeq}`;
}
