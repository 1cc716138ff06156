/** Whom an unaccounted call wakes: `page` somebody at once, `ticket` somebody in the morning. */
export type Level = "page" | "ticket";

/** What explains a call. */
export const explanations = [
  /** A `Decrypt` for a claim. */
  "claim",
  /** An attempt of a claim that KMS refused: nothing was decrypted by it. */
  "failed_attempt",
  /** A `GenerateDataKey` for what was saved, imported or resealed. */
  "seal",
  /** A `ReEncrypt` for what was rewrapped. */
  "rewrap",
] as const;

/** What lets nobody have a data key of a record. */
export const informations = [
  /** KMS refused it, for want of permission. */
  "denied",
  /** It failed otherwise. */
  "failed",
  /** A data key that sealed nothing: the save failed after it, or another came first. */
  "data_key_unused",
  /** A data key made by who is none of the stack's saving roles; it opens nothing of ours. */
  "data_key_by_others",
  /** A rewrap to a KMS key of ours that was not written: somebody changed the record meanwhile. */
  "rewrap_unused",
  /** From a KMS key of others' to one of ours. */
  "re_encrypted_in",
  /** `Encrypt` and the like. */
  "other_use",
] as const;

/** Why nothing explains a call. */
export const suspicions = [
  /** Who called is none of the stack's roles for it. */
  "foreign_principal",
  /** One of the stack's roles, and no claim is named. */
  "no_use_id",
  /** A claim is named that there is not. */
  "no_such_claim",
  /** Not a context of ours, or another owner's or slot's than the claim's. */
  "other_context",
  /** More attempts than are ever made. */
  "attempt_beyond",
  /** The same attempt of the same claim was seen before. */
  "attempt_repeated",
  /** Before its claim, or longer after it than anything runs. */
  "out_of_time",
  /** To a KMS key that is not the stack's: whoever has that one can decrypt. */
  "re_encrypted_away",
  /** To another encryption context. */
  "context_changed",
] as const;

export type Suspicion = (typeof suspicions)[number];

export type Verdict =
  | { readonly status: "explained"; readonly reason: (typeof explanations)[number] }
  | { readonly status: "informational"; readonly reason: (typeof informations)[number] }
  | { readonly status: "unaccounted"; readonly reason: Suspicion; readonly level: Level };

/** What may still be explained, and what it is when the grace time is over. */
export interface Pending {
  readonly status: "pending";
  readonly otherwise: Verdict;
}

export type Judgement = Verdict | Pending;

/** @param graceIsOver - whether an event that would explain it would be there by now. */
export function settled(judgement: Judgement, graceIsOver: boolean): Judgement {
  return judgement.status === "pending" && graceIsOver ? judgement.otherwise : judgement;
}
