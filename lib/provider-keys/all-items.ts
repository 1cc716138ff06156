import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { repeatable } from "./store-failures.ts";
import { aliases } from "./update-expression.ts";
import type { DynamoSender, RawRecord } from "./write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";

/**
 * Every item of the table, page by page: whole for an operator's own credentials, since no role of ours may read the
 * provider keys so. What is written meanwhile may or may not be in it.
 *
 * @param attributes - of each item; all, where none are said.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function* allItems(
  { dynamo, table }: { readonly dynamo: DynamoSender; readonly table: string },
  { attributes, retry = patientRetry }: { attributes?: readonly string[]; retry?: RetryPolicy } = {},
): AsyncGenerator<readonly RawRecord[]> {
  const projection = attributes?.map((name) => `#${name}`).join(", ");
  const what = projection !== undefined && {
    Select: "SPECIFIC_ATTRIBUTES" as const,
    ProjectionExpression: projection,
    ExpressionAttributeNames: aliases(projection),
  };
  let start: RawRecord | undefined;
  do {
    const command = new ScanCommand({
      ...{ TableName: table, ConsistentRead: true, ExclusiveStartKey: start },
      ...what,
    });
    const page = await repeatable("Scan", () => dynamo.send(command), retry);
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}
