/** Time to Live (DynamoDB Developer Guide, "How it works: DynamoDB Time to Live (TTL)"). */
import type { TableResource } from "../../stack.ts";
import { isObject } from "../protocol.ts";
import type { Backend } from "./backend.ts";
import { primaryKeyOf, type WireItem } from "./items.ts";
import type { Tables } from "./tables.ts";
import type { Writer } from "./writer.ts";

const fiveYearsInSeconds = 5 * 365 * 86_400;

/**
 * Deletes every item whose TTL attribute is a number of epoch seconds that has passed, by no more than
 * five years. AWS does so "within a few days"; here it is the next sweep.
 */
export async function sweepExpired(
  tables: Tables,
  backend: Backend,
  writer: Writer,
  now: Date,
): Promise<void> {
  for (const table of tables.all()) {
    if (table.timeToLiveAttribute) await sweepTable(table, table.timeToLiveAttribute, backend, writer, now);
  }
}

async function sweepTable(
  table: TableResource,
  attribute: string,
  backend: Backend,
  writer: Writer,
  now: Date,
): Promise<void> {
  const seconds = Math.floor(now.getTime() / 1000);
  const names = { "#ttl": attribute };
  const values = { ":now": { N: String(seconds) }, ":oldest": { N: String(seconds - fiveYearsInSeconds) } };
  let startKey: unknown;
  do {
    const { body } = await backend.call("Scan", {
      TableName: table.tableName,
      FilterExpression: "#ttl < :now AND #ttl > :oldest",
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    });
    const items = Array.isArray(body["Items"]) ? (body["Items"] as unknown[]) : [];
    for (const item of items.filter(isObject)) await expire(table, attribute, item as WireItem, writer);
    startKey = body["LastEvaluatedKey"];
  } while (startKey !== undefined);
}

/** Only with the expiry it was seen with: a write in between may have taken it back. */
async function expire(
  table: TableResource,
  attribute: string,
  item: WireItem,
  writer: Writer,
): Promise<void> {
  const deletion = {
    TableName: table.tableName,
    Key: primaryKeyOf(table, item),
    ConditionExpression: "#ttl = :seen",
    ExpressionAttributeNames: { "#ttl": attribute },
    ExpressionAttributeValues: { ":seen": item[attribute] },
  };
  await writer.write(table, "DeleteItem", deletion, true);
}
