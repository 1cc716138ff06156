/** Which shard of its stream a change is in: items of one partition key stay together, so their order holds. */
import { createHash } from "node:crypto";
import type { TableResource } from "../../stack.ts";
import type { WireItem } from "./items.ts";

/** As many as a table of a few partitions has (DynamoDB Developer Guide, "Change data capture for DynamoDB Streams"). */
const shardCount = 4;

/** In AWS's form; the same in every run, since a mapping's position is kept by them. */
export const shardIds: readonly string[] = Array.from({ length: shardCount }, (_, index) => {
  const number = String(index + 1);
  return `shardId-0000000100000000000${number}-0000000${number}`;
});

/** @param primaryKey - the item's. */
export function shardOf(table: TableResource, primaryKey: WireItem): string {
  const partition = table.keySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "";
  const value = primaryKey[partition] ?? {};
  // The same number can be written in two ways.
  const text = JSON.stringify(typeof value["N"] === "string" ? { N: Number(value["N"]) } : value);
  const [first = 0] = createHash("sha256").update(text).digest();
  return shardIds[first % shardCount] as string;
}
