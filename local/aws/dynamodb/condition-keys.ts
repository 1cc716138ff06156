/**
 * The condition keys of a DynamoDB request (DynamoDB Developer Guide, "Using IAM policy conditions for
 * fine-grained access control"). `dynamodb:Attributes` are the attributes that a request names anywhere:
 * "read, written, or evaluated in a conditional write or scan filter".
 */
import type { TableResource } from "../../stack.ts";
import { isObject, type JsonObject } from "../protocol.ts";
import { attributesInExpression } from "./expression-names.ts";

export type ConditionKeys = Readonly<Record<string, readonly string[] | string | undefined>>;

/** `request`: the input, or of a batch operation one table's part of it. */
export function conditionKeysOf(
  operation: string,
  table: TableResource | undefined,
  request: JsonObject,
): ConditionKeys {
  const attributes = attributesOf(request);
  const leading = leadingKeysOf(table, request);
  return {
    "dynamodb:Attributes": attributes.length > 0 ? attributes : undefined,
    "dynamodb:LeadingKeys": leading.length > 0 ? leading : undefined,
    "dynamodb:Select": selectOf(operation, request),
    "dynamodb:ReturnValues":
      typeof request["ReturnValues"] === "string" ? request["ReturnValues"] : undefined,
  };
}

const expressions = [
  ...["ProjectionExpression", "UpdateExpression", "ConditionExpression"],
  ...["FilterExpression", "KeyConditionExpression"],
];
/** Members whose property names are attribute names; the second line is the API of before 2014. */
const maps = [
  ...["Key", "Item", "ExclusiveStartKey"],
  ...["AttributeUpdates", "Expected", "QueryFilter", "ScanFilter", "KeyConditions"],
];

export function attributesOf(request: JsonObject): string[] {
  const names = isObject(request["ExpressionAttributeNames"]) ? request["ExpressionAttributeNames"] : {};
  const inExpressions = expressions.flatMap((member) => {
    const expression = request[member];
    return typeof expression === "string" ? attributesInExpression(expression, names) : [];
  });
  const inMaps = [...maps.map((member) => request[member]), ...batchedItems(request)]
    .filter(isObject)
    .flatMap(Object.keys);
  const toGet = Array.isArray(request["AttributesToGet"]) ? request["AttributesToGet"].map(String) : [];
  return [...new Set([...inMaps, ...toGet, ...inExpressions])];
}

/** Keys and items of one table's part of BatchGetItem or BatchWriteItem. */
function batchedItems(request: JsonObject): unknown[] {
  const keys = Array.isArray(request["Keys"]) ? (request["Keys"] as unknown[]) : [];
  return [...keys, ...writesOf(request).map(({ item }) => item)];
}

/** The writes of one table's part of BatchWriteItem, which the front passes as `{Writes: [...]}`. */
export function writesOf(request: JsonObject): { operation: "PutItem" | "DeleteItem"; item: unknown }[] {
  const writes = Array.isArray(request["Writes"]) ? (request["Writes"] as unknown[]) : [];
  return writes
    .filter(isObject)
    .flatMap(({ PutRequest: put, DeleteRequest: deletion }) => [
      ...(isObject(put) ? [{ operation: "PutItem" as const, item: put["Item"] }] : []),
      ...(isObject(deletion) ? [{ operation: "DeleteItem" as const, item: deletion["Key"] }] : []),
    ]);
}

function selectOf(operation: string, request: JsonObject): string | undefined {
  if (!["Query", "Scan", "GetItem", "BatchGetItem"].includes(operation)) return undefined;
  if (typeof request["Select"] === "string") return request["Select"];
  if (request["ProjectionExpression"] !== undefined || request["AttributesToGet"] !== undefined)
    return "SPECIFIC_ATTRIBUTES";
  // "If you query an index, the default is ALL_PROJECTED_ATTRIBUTES" (API Reference, Query)
  return request["IndexName"] === undefined ? "ALL_ATTRIBUTES" : "ALL_PROJECTED_ATTRIBUTES";
}

/** Partition key values. Scans have none, which is why policies by leading keys must not allow them. */
function leadingKeysOf(table: TableResource | undefined, request: JsonObject): string[] {
  const partition = table?.keySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName;
  if (partition === undefined) return [];
  const items = [request["Key"], request["Item"], ...batchedItems(request)].filter(isObject);
  const values = [...items.map((item) => item[partition]), queriedPartition(partition, request)];
  return [...new Set(values.filter(isObject).map((value) => String(Object.values(value)[0])))];
}

/** The value of `partition = :v` in a key condition. */
function queriedPartition(partition: string, request: JsonObject): unknown {
  const expression = request["KeyConditionExpression"];
  if (typeof expression !== "string" || !isObject(request["ExpressionAttributeValues"])) return undefined;
  const names = isObject(request["ExpressionAttributeNames"]) ? request["ExpressionAttributeNames"] : {};
  for (const [, name = "", value = ""] of expression.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)) {
    if (attributesInExpression(name, names)[0] === partition)
      return request["ExpressionAttributeValues"][value];
  }
  return undefined;
}
