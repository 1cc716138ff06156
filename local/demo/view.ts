/** What the demo page is told of the operator's side: made by the local system, drawn by the page. */

/** A person to be. */
export interface Person {
  /** As in their tokens' `sub`. */
  readonly id: string;
  readonly displayName: string;
}

/** Nobody else is shown on the page, whoever uses the local system beside it. */
export const ada: Person = { id: "ada", displayName: "Ada" };
export const grace: Person = { id: "grace", displayName: "Grace" };

export interface OperatorView {
  /** Of both persons, the one that was changed last first. */
  readonly records: readonly StoredRecord[];
  /** Newest first. */
  readonly stories: readonly Story[];
  /** Whether CloudTrail delivers to the deployment: without, nothing is accounted for. */
  readonly hasTrail: boolean;
}

/** A record of the table, as an administrator reads it. */
export interface StoredRecord {
  readonly person: string;
  readonly slot: string;
  readonly state: string;
  readonly useCount: number;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  /** Of what is sealed the first bytes, in base64. */
  readonly value: string;
  /** How long it is; of what is sealed only. */
  readonly bytes?: number;
}

/** One thing that happened to a provider key, with all that tells of it. */
export interface Story {
  /** `use/<useId>`, `kms/<requestId>`; of what needed no KMS `<recordId>/<eventSeq>`. */
  readonly id: string;
  readonly person: string;
  readonly slot: string;
  /** As the audit's events are called, `key_used`; known before the event is there. */
  readonly type: string;
  /** ISO 8601. */
  readonly at: string;
  readonly caller?: string;
  /** CloudTrail's records, one for each attempt. */
  readonly calls: readonly Line[];
  /** The audit's events: the first is what happened, others what came of it. */
  readonly events: readonly Line[];
  readonly verdict?: Verdict;
}

export type Line = Readonly<Record<string, unknown>>;

/** What the reconciliation of CloudTrail with the audit log came to. */
export interface Verdict {
  readonly status: string;
  readonly reason: string;
  /** When CloudTrail's file was read; ISO 8601. */
  readonly seenAt: string;
}
