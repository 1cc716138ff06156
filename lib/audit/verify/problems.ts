/** What a verification finds. Each kind is one way in which the evidence does not hold. */
export const problemKinds = [
  "event_changed",
  "event_missing",
  "event_not_in_manifest",
  "gap",
  "event_tampered_with",
  "changed_out_of_band",
  "seal_repeated",
  "record_ahead",
  "record_rolled_back",
  "record_vanished",
  "manifest_replaced",
  "manifest_missing",
  "manifest_malformed",
  "manifest_not_in_checkpoint",
  "manifests_disagree",
  "checkpoint_forged",
  "checkpoint_replaced",
  "checkpoint_missing",
  "checkpoint_malformed",
  "checkpoint_broken_chain",
  "checkpoint_overdue",
  "evidence_backdated",
  "public_key_changed",
  "public_key_missing",
] as const;
export type ProblemKind = (typeof problemKinds)[number];

export interface Problem {
  readonly kind: ProblemKind;
  /** An event's id, an object's name, a record's id. */
  readonly where: string;
}

/** Each once. */
export class Problems {
  readonly #all = new Map<string, Problem>();

  add(kind: ProblemKind, where: string): void {
    this.#all.set(`${kind} ${where}`, { kind, where });
  }

  get all(): readonly Problem[] {
    return [...this.#all.values()];
  }
}
