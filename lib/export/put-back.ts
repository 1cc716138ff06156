import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Change } from "../provider-keys/change.ts";
import { isTransient, refusalOf, storeError } from "../provider-keys/store-failures.ts";
import { updateExpression, type Update } from "../provider-keys/update-expression.ts";
import type { DynamoSender, RawRecord, RecordAddress } from "../provider-keys/write-record.ts";
import { patientRetry, withRetry, type RetryPolicy } from "../retry.ts";

/**
 * One conditional `UpdateItem` that makes a record what it was, if what is there now is still what was looked at. It
 * begins another life, under a record id of its own and from 1 on: what happened since the export has numbers already.
 *
 * @param attributes - all but the primary key.
 * @param recordId - the new one: 22 characters.
 * @param stored - what was there; `undefined` where there was nothing.
 * @returns whether it was applied. After a lost answer it is sent again: the condition lets it be applied once.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function putBack(
  at: { readonly dynamo: DynamoSender; readonly table: string; readonly retry?: RetryPolicy },
  address: RecordAddress,
  attributes: RawRecord,
  stored: RawRecord | undefined,
  change: Change,
  recordId: string,
): Promise<boolean> {
  const names = [...Object.keys(attributes), ...Object.keys(address)];
  const expressions = updateExpression({
    set: { ...attributes, recordId, changeSeq: 1, lastChange: change },
    remove: Object.keys(stored ?? {}).filter((name) => !names.includes(name)),
    ...unchanged(stored),
  });
  const command = { TableName: at.table, Key: { ...address }, ...expressions, ReturnValues: "NONE" } as const;
  try {
    const send = () => at.dynamo.send(new UpdateCommand(command));
    await withRetry(send, isTransient, at.retry ?? patientRetry);
    return true;
  } catch (error) {
    if (!refusalOf(error)) throw storeError("UpdateItem (restore)", error);
    return false;
  }
}

/** Nothing there, or nothing written since: every write of ours raises `changeSeq`; and never a tombstone. */
function unchanged(stored: RawRecord | undefined): Pick<Update, "condition" | "conditionValues"> {
  if (!stored) return { condition: "attribute_not_exists(#slot)" };
  const { changeSeq } = stored;
  const isSame = changeSeq === undefined ? "attribute_not_exists(#changeSeq)" : "#changeSeq = :seenChangeSeq";
  return {
    condition: `attribute_exists(#slot) AND #state <> :removed AND ${isSame}`,
    conditionValues: { removed: "removed", ...(changeSeq !== undefined && { seenChangeSeq: changeSeq }) },
  };
}
