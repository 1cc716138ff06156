import type { KmsCall } from "./call.ts";
import type { LedgerEntry, Watch } from "./ledger-entry.ts";
import type { AdmittedRole, RoleUse } from "./rules.ts";

/** A log file of the trail that was read whole, or as far as it could be. */
export interface FileRead {
  /** The object's name. */
  readonly name: string;
  /** SHA-256 of what it held; absent where it was not whole. */
  readonly hash?: string;
  readonly records: number;
  /** Calls of KMS that concern the stack. */
  readonly calls: number;
  readonly problem?: string;
  /** ISO 8601. */
  readonly readAt: string;
  /** Since when it is known to be gone; ISO 8601. */
  readonly missingSince?: string;
}

/**
 * What is kept of the witness: each call that CloudTrail showed, which files were read and how far, and which roles
 * there were. The `TrailLedger` table; in tests, memory.
 *
 * Everything throws `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`.
 */
export interface TrailLedger {
  /** Enters it, unless it is there. @returns it as it is then. */
  enter(entry: LedgerEntry): Promise<LedgerEntry>;
  get(at: Pick<LedgerEntry, "witnessId" | "entryId">): Promise<LedgerEntry | undefined>;
  /** Replaces the judgement, if the one that is there has a lower rank. @returns whether it did. */
  judge(entry: LedgerEntry): Promise<boolean>;
  /** The successful calls of the same claim and attempt, in their order, as they are now; those after `entryId`. */
  attempts(call: KmsCall, entryId?: string): AsyncIterable<LedgerEntry>;
  /** What is watched and was seen by then (ISO 8601), the oldest first; `from`: not before. */
  watched(
    watch: Watch,
    until: string,
    from?: string,
  ): AsyncIterable<Pick<LedgerEntry, "witnessId" | "entryId">>;
  /** Looks at it no more. */
  unwatch(at: Pick<LedgerEntry, "witnessId" | "entryId">): Promise<void>;

  noteFile(file: FileRead): Promise<void>;
  fileRead(name: string): Promise<FileRead | undefined>;
  /** Files whose names have a time between the two (ISO 8601), both included. */
  filesRead(from: string, to: string): AsyncIterable<FileRead>;
  /** Up to when every file that was listed has been read; ISO 8601. */
  listedThrough(): Promise<string | undefined>;
  setListedThrough(at: string): Promise<void>;

  roles(): Promise<readonly NotedRole[]>;
  noteRole(role: NotedRole): Promise<void>;
}

export interface NotedRole extends AdmittedRole {
  readonly use: RoleUse;
  /** Since when it is known to be one; ISO 8601. */
  readonly since: string;
}
