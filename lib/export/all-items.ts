import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { isTransient, storeError } from "../provider-keys/store-failures.ts";
import type { DynamoSender, RawRecord } from "../provider-keys/write-record.ts";
import { patientRetry, withRetry, type RetryPolicy } from "../retry.ts";

/**
 * Every item of the table, whole, page by page: for an operator's own credentials, since no role of ours may read it
 * so. What is written meanwhile may or may not be in it.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function* allItems(
  { dynamo, table }: { readonly dynamo: DynamoSender; readonly table: string },
  retry: RetryPolicy = patientRetry,
): AsyncGenerator<readonly RawRecord[]> {
  let start: RawRecord | undefined;
  do {
    const command = new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start });
    const page = await withRetry(() => dynamo.send(command), isTransient, retry).catch((error: unknown) => {
      throw storeError("Scan", error);
    });
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}
