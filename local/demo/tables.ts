/**
 * What the demo reads of the emulated tables, as an administrator with any AWS SDK would. By `fetch`, since the SDK would cost
 * every start of the local system its loading time.
 */
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { isObject, listOf, type JsonObject } from "../../lib/witness/json.ts";

export type Item = JsonObject;

/** Bytes are texts in base64 here. */
export type QueryTable = (query: Query) => Promise<readonly Item[]>;

interface Query {
  readonly table: string;
  /** The partition key's name and value. */
  readonly partition: readonly [name: string, value: string];
  /** The newest of the sort key's order come first; at most so many. */
  readonly newest?: number;
}

export function tableQuery(awsEndpoint: string): QueryTable {
  return async ({ table, partition: [name, value], newest }) => {
    const response = await fetch(awsEndpoint, {
      method: "POST",
      headers,
      body: JSON.stringify({
        TableName: table,
        KeyConditionExpression: "#name = :value",
        ExpressionAttributeNames: { "#name": name },
        ExpressionAttributeValues: { ":value": { S: value } },
        ConsistentRead: true,
        ...(newest !== undefined && { Limit: newest, ScanIndexForward: false }),
      }),
    });
    if (!response.ok) throw new Error(`the table ${table} could not be read: ${response.status}`);
    const body: unknown = await response.json();
    const items = listOf(isObject(body) ? body["Items"] : undefined);
    return items.map((item) => unmarshall(item as Parameters<typeof unmarshall>[0]));
  };
}

/** Every access key id that is no role's is an administrator's; signatures are not verified (`aws/caller.ts`). */
const headers = {
  "content-type": "application/x-amz-json-1.0",
  "x-amz-target": "DynamoDB_20120810.Query",
  authorization:
    "AWS4-HMAC-SHA256 Credential=AKIADEMO/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none",
};
