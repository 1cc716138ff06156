import type { Change } from "../provider-keys/change.ts";
import { isThrottled } from "../provider-keys/store-failures.ts";
import {
  writeRecord,
  type DynamoSender,
  type RawRecord,
  type RecordAddress,
  type WriteRetry,
} from "../provider-keys/write-record.ts";
import { patientRetry } from "../retry.ts";

export interface ClaimOptions {
  /** Only while the record has this very seal. */
  readonly sealId?: string;
  readonly retry?: WriteRetry;
}

/** A claim whose answer was lost may stand: sent again it would be a second one under the same use id. */
const onlyThrottled: WriteRetry = { isTransient: isThrottled, policy: patientRetry };

/**
 * A job's claim, before it decrypts: says in `lastChange` which job and which `useId`, and returns the record. Whatever
 * its owner set of it (disabled, expired) stays; it counts as no use.
 *
 * @returns the record after the claim; `undefined` where there is none, it was removed, or it has another seal.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`: it may stand or not, and is made again under another use id;
 *   `ACCESS_DENIED_BY_AWS`.
 */
export async function claimForJob(
  at: { readonly dynamo: DynamoSender; readonly table: string },
  address: RecordAddress,
  change: Change,
  { sealId, retry = onlyThrottled }: ClaimOptions = {},
): Promise<RawRecord | undefined> {
  const isThere = "attribute_exists(#state) AND #state <> :removed";
  const update = {
    condition: sealId === undefined ? isThere : `${isThere} AND #sealId = :sealId`,
    conditionValues: { removed: "removed", ...(sealId !== undefined && { sealId }) },
  };
  const returns = { ReturnValues: "ALL_NEW" } as const;
  const { applied, record } = await writeRecord(at, "claim", address, change, update, { returns, retry });
  return applied ? record : undefined;
}
