/** What a verification looks at, wherever it is: the deployment, or a folder that was taken from one. */
export interface Evidence {
  /** ISO 8601; of evidence that was taken away when that was. It does not move any more. */
  readonly takenAt?: string | undefined;
  /** Where it is, in words, for the answer. */
  readonly restsOn: readonly string[];
  /** The items of the audit log, as they are now. */
  events(): AsyncIterable<Readonly<Record<string, unknown>>>;
  /** The objects of the audit's bucket that begin with a prefix, in the order of names. */
  objects(prefix: string): AsyncIterable<EvidenceObject>;
  /** Of every record that there is now. */
  heads(): AsyncIterable<RecordHead>;
  /** In PEM; what the bucket has, and what KMS or the auditor's file says. */
  readonly publicKeys: {
    readonly pinned: string | undefined;
    readonly trusted: string | undefined;
    /** Whether somebody kept the trusted one: then something was to be signed for it. */
    readonly isKept?: boolean;
  };
}

export interface EvidenceObject {
  readonly name: string;
  /** How many versions there are, deletion markers among them; 1 of what was never touched. */
  readonly versions: number;
  /** Of the first version: what was put first. */
  readonly body: Uint8Array;
}

export interface RecordHead {
  readonly recordId: string;
  readonly changeSeq: number;
  /** Of the last change, ISO 8601. */
  readonly at: string;
}
