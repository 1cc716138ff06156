import { createHash } from "node:crypto";
import { witnessIdOf, type KmsCall } from "./call.ts";
import type { Judgement, Level } from "./verdict.ts";

/** A call of KMS as `TrailLedger` has it. */
export interface LedgerEntry {
  /** `use/<useId>` of a `Decrypt` that names a claim, else `kms/<requestId>`: partition key. */
  readonly witnessId: string;
  /** Sort key: see `entryIdOf`. */
  readonly entryId: string;
  readonly call: KmsCall;
  readonly status: Judgement["status"];
  readonly reason: string;
  readonly level?: Level;
  /** How settled it is: a judgement is replaced by one of a higher rank only, whoever writes last. */
  readonly rank: Rank;
  /** When CloudTrail showed it to us; ISO 8601, milliseconds. */
  readonly seenAt: string;
}

/** Waiting; settled by the passing of time; judged by what is there; known to be the second of its attempt. */
export const ranks = { pending: 0, overdue: 1, judged: 2, repeated: 3 } as const;
export type Rank = (typeof ranks)[keyof typeof ranks];

/**
 * Of the call alone: so whatever is delivered twice is one entry. Successful attempts of a claim sort by attempt, and
 * within it by time and id; that order says which is the first, whenever each was delivered. The digits at the end are
 * of what is judged: a copy that says otherwise, made by who may invoke the function, takes no call's place.
 */
export function entryIdOf(call: KmsCall): string {
  const { callId, at, use, operation, errorCode } = call;
  const isAttempt = use && operation === "Decrypt" && errorCode === undefined;
  const digits = createHash("sha256").update(JSON.stringify(call)).digest("hex").slice(0, 8);
  return `${isAttempt ? attemptPrefix(use.attempt) : otherPrefix}${at}~${callId}~${digits}`;
}

export function attemptPrefix(attempt: number): string {
  return `a${String(attempt).padStart(3, "0")}~`;
}

const otherPrefix = "z~";

export function entryOf(call: KmsCall, judgement: Judgement, rank: Rank, seenAt: string): LedgerEntry {
  const verdict = judgement.status === "pending" ? judgement.otherwise : judgement;
  return {
    ...{ witnessId: witnessIdOf(call), entryId: entryIdOf(call), call },
    ...{ status: judgement.status, reason: verdict.reason, rank, seenAt },
    ...(verdict.status === "unaccounted" && { level: verdict.level }),
  };
}

/** Among how many partitions of the index what is not settled is spread. */
export const SHARDS = 4;

/** What the sweep looks at: what is pending, and what was settled by time alone and may be explained after all. */
export type Watch = "pending" | "overdue";

export function shardsOf(watch: Watch): string[] {
  return Array.from({ length: SHARDS }, (_none, shard) => `${watch}-${shard}`);
}

/** The shard of an entry that is to be looked at again; undefined for one that is done with. */
export function shardOf({ status, rank, call }: LedgerEntry): string | undefined {
  const shard = (createHash("sha256").update(call.callId).digest()[0] ?? 0) % SHARDS;
  if (status === "pending") return `pending-${shard}`;
  return rank === ranks.overdue ? `overdue-${shard}` : undefined;
}
