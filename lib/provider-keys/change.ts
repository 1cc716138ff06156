/** Who does something, and for which request; stored with every change of a record as `lastChange`. */
export interface Actor {
  /** The owner whose provider key it is: see `ownerIdOf`. */
  readonly ownerId: string;
  /** The acting person, opaque; the owner itself where a person acts for themselves. */
  readonly actor: string;
  /** What acts: a function's name or the name a back end gives itself. */
  readonly caller: string;
  /** Of the request that caused it. */
  readonly requestId: string;
}

/** `lastChange`: the stream turns each into one audit event. */
export interface Change extends Omit<Actor, "ownerId"> {
  readonly operation:
    | "save"
    | "update"
    | "disable"
    | "enable"
    | "remove"
    | "use"
    | "open_failed"
    | "health"
    // Operators' jobs; `requestId` is then the job's id.
    | "rewrap"
    | "reseal_claim"
    | "reseal"
    | "import"
    | "import_verify"
    | "export"
    | "restore";
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** Save, import, reseal: by which CloudTrail knows the `GenerateDataKey`; rewrap: the `ReEncrypt`. */
  readonly kmsRequestId?: string;
  /** Use, and a job's claim: by which CloudTrail's `Decrypt` is matched; see `kmsDataKeyUnwrapper`. */
  readonly useId?: string;
}
