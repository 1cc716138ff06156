import { DeleteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { byOwnerIndex, erasedAttributes, erasedReadAttributes } from "../audit-attributes.ts";
import { refusalOf, repeatable } from "../provider-keys/store-failures.ts";
import { aliases } from "../provider-keys/update-expression.ts";
import type { DynamoSender, RawRecord } from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";

export interface ErasableEvent {
  readonly recordId: string;
  readonly eventSeq: string;
  readonly ownerId?: string | undefined;
  /** Of one that explains a call of KMS; known of a record's alone. */
  readonly witnessId?: string | undefined;
}

type Pages = AsyncGenerator<readonly ErasableEvent[], void>;

/** The audit log, as far as an erasure needs it: names of events, and whose they are. */
export interface ErasableLog {
  /** By the index, which is a moment behind. */
  ofOwner(ownerId: string): Pages;
  ofRecord(recordId: string): Pages;
  /** Unless it is another owner's. */
  remove(event: ErasableEvent, ownerId: string): Promise<void>;
}

/** The `AuditLog` table. Throws `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`. */
export function erasableLog(
  dynamo: DynamoSender,
  table: string,
  retry: RetryPolicy = patientRetry,
): ErasableLog {
  async function* pages(input: object, attributes: readonly string[] = erasedAttributes): Pages {
    const projection = attributes.map((name) => `#${name}`).join(", ");
    const named = { ProjectionExpression: projection, ExpressionAttributeNames: aliases(projection) };
    const request = { TableName: table, Select: "SPECIFIC_ATTRIBUTES", ...named, ...input } as const;
    let start: RawRecord | undefined;
    do {
      const command = new QueryCommand({ ...request, ExclusiveStartKey: start });
      const page = await repeatable("Query (erasure)", () => dynamo.send(command), retry);
      yield (page.Items ?? []) as ErasableEvent[];
      start = page.LastEvaluatedKey;
    } while (start);
  }
  return {
    ofOwner: (ownerId) =>
      pages({
        IndexName: byOwnerIndex.indexName,
        KeyConditionExpression: "#ownerId = :ownerId",
        ExpressionAttributeValues: { ":ownerId": ownerId },
      }),
    ofRecord: (recordId) =>
      pages(
        {
          KeyConditionExpression: "#recordId = :recordId",
          ExpressionAttributeValues: { ":recordId": recordId },
          ConsistentRead: true,
        },
        erasedReadAttributes,
      ),
    async remove({ recordId, eventSeq }, ownerId) {
      const command = new DeleteCommand({
        TableName: table,
        Key: { recordId, eventSeq },
        ConditionExpression: "attribute_not_exists(#ownerId) OR #ownerId = :ownerId",
        ExpressionAttributeNames: aliases("#ownerId"),
        ExpressionAttributeValues: { ":ownerId": ownerId },
        ReturnValues: "NONE",
      });
      await repeatable("DeleteItem (erasure)", () => dynamo.send(command), retry).catch((error: unknown) => {
        if (!refusalOf(error)) throw error;
      });
    },
  };
}
