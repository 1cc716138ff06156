import type { TrailProblem } from "./digest-chain.ts";

/** Whether every decryption that CloudTrail shows is explained by an event of ours. */
export interface Completeness {
  /** `null` where there is no witness: the deployment has no trail. */
  readonly ok: boolean | null;
  /** Successful `Decrypt` calls on our KMS keys that CloudTrail showed. */
  readonly kmsDecrypts: number;
  readonly explained: number;
  readonly unaccounted: readonly UnaccountedCall[];
  /** Claims that KMS never showed a `Decrypt` for; no alarm: a function may have ended in between. */
  readonly unconfirmed: readonly { readonly useId: string; readonly at: string; readonly caller: string }[];
  /** Seen, not explained, and not yet older than the grace time. */
  readonly pending: number;
  /** What lets nobody have a data key of a record, by reason. */
  readonly informational: Readonly<Record<string, number>>;
  /** Files of the trail that are missing, changed, or not CloudTrail's: then it is not ok. */
  readonly problems: readonly TrailProblem[];
  readonly window: { readonly from: string; readonly to: string };
  /** In words: what the verdict rests on, and what of it is not covered. */
  readonly restsOn: readonly string[];
}

/** A call of KMS that let somebody have a data key, and that nothing of ours explains. */
export interface UnaccountedCall {
  /** As CloudTrail and the SDK have it. */
  readonly requestId: string;
  /** ARN of the role, or of whoever it was. */
  readonly principal: string;
  /** ISO 8601. */
  readonly at: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
  /** `Decrypt` or `ReEncrypt`. */
  readonly operation: string;
  /** Why nothing explains it: see `suspicions`. */
  readonly reason: string;
}
