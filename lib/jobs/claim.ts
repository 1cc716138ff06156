import type { Change } from "../provider-keys/change.ts";
import { isTransient } from "../provider-keys/store-failures.ts";
import {
  writeRecord,
  type DynamoSender,
  type RawRecord,
  type RecordAddress,
} from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";

/**
 * A job's claim: leaves its trace in the record, and returns the record for it, in one call, before anything is
 * decrypted. Unlike a use it counts none, and takes what its owner disabled or let expire; not what was removed.
 *
 * After a lost answer it is sent again: a record that has this very change already is not changed once more.
 *
 * @param change - with a `useId` of its own, by which CloudTrail's `Decrypt` is matched: see `kmsDataKeyUnwrapper`.
 * @param options - `sealId`: only this seal.
 * @returns the record after the claim; `undefined`: there is nothing (any more) to claim.
 * @throws {WaxsealError} `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`: nothing may be decrypted.
 */
export async function claimForJob(
  at: { readonly dynamo: DynamoSender; readonly table: string },
  address: RecordAddress,
  change: Change,
  { sealId, retry = patientRetry }: { readonly sealId?: string; readonly retry?: RetryPolicy } = {},
): Promise<RawRecord | undefined> {
  const thisSeal = sealId === undefined ? "attribute_exists(#sealId)" : "#sealId = :sealId";
  const update = {
    condition: `attribute_exists(#state) AND #state <> :removed AND ${thisSeal} AND ${notYet}`,
    conditionValues: { removed: "removed", ...(sealId !== undefined && { sealId }) },
  };
  const written = await writeRecord(at, "job claim", address, change, update, {
    returns: { ReturnValues: "ALL_NEW", ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
    retry: { isTransient, policy: retry },
  });
  return written.applied || isClaimedBy(change, written.record) ? written.record : undefined;
}

/**
 * Not this very change, whose answer was lost; a damaged record may have none. (DynamoDB API reference, "Condition": `NE`
 * is supported for all data types, including lists and maps. Of the emulations, dynalite does not compare maps.)
 */
const notYet = "(attribute_not_exists(#lastChange) OR #lastChange <> :lastChange)";

function isClaimedBy({ useId }: Change, record: RawRecord | undefined): boolean {
  const last = record?.["lastChange"] as Partial<Change> | undefined;
  return useId !== undefined && last?.useId === useId;
}
