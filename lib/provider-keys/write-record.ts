import { UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { promptRetry, withRetry, type RetryPolicy } from "../retry.ts";
import type { Change } from "./change.ts";
import { isThrottled, refusalOf, storeError } from "./store-failures.ts";
import { updateExpression, type Update } from "./update-expression.ts";

/** The one method used of the document client, which must be made with `maxAttempts: 1`: see `isThrottled`. */
export type DynamoSender = Pick<DynamoDBDocumentClient, "send">;

/** Where a record is. */
export interface RecordAddress {
  readonly ownerId: string;
  readonly slot: string;
}

/** An item as the table returned it, not parsed yet. */
export type RawRecord = Record<string, unknown>;

/** What became of a conditional write. */
export interface Written {
  readonly applied: boolean;
  readonly record: RawRecord | undefined;
}

export type Returns = Pick<UpdateCommandInput, "ReturnValues" | "ReturnValuesOnConditionCheckFailure">;

/** After which failures a write is sent again, and how often. */
export interface WriteRetry {
  readonly isTransient: (error: unknown) => boolean;
  readonly policy: RetryPolicy;
}

const onlyThrottled: WriteRetry = { isTransient: isThrottled, policy: promptRetry };
const nothing: Returns = { ReturnValues: "NONE" };

/**
 * The one way in which a record is changed: one conditional `UpdateItem`, which raises `changeSeq` and leaves a new
 * `lastChange`; so the stream has exactly one entry for each change.
 *
 * @param name - of the operation, for the error.
 * @returns the record where it was asked for; `applied: false` if the condition did not hold.
 * @throws {WaxsealError} `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`.
 */
export async function writeRecord(
  { dynamo, table }: { readonly dynamo: DynamoSender; readonly table: string },
  name: string,
  address: RecordAddress,
  change: Change,
  update: Update,
  { returns = nothing, retry = onlyThrottled }: { returns?: Returns; retry?: WriteRetry } = {},
): Promise<Written> {
  const expressions = updateExpression(asChange(update, change));
  const command = { TableName: table, Key: address, ...expressions, ...returns };
  try {
    const send = () => dynamo.send(new UpdateCommand(command));
    const { Attributes } = await withRetry(send, retry.isTransient, retry.policy);
    return { applied: true, record: Attributes };
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw storeError(`UpdateItem (${name})`, error);
    return { applied: false, ...refusal };
  }
}

/** Every write is a change. */
function asChange(update: Update, change: Change): Update {
  return {
    ...update,
    set: { ...update.set, lastChange: change },
    add: { ...update.add, changeSeq: 1 },
  };
}
