/** Items on the wire, and which item a request is about. */
import type { TableResource } from "../../stack.ts";
import { isObject, type JsonObject } from "../protocol.ts";

/** `{"S": "text"}` and so on. */
export type WireValue = JsonObject;
export type WireItem = Readonly<Record<string, WireValue>>;

/** The primary key of an item; undefined where an attribute of it is missing or malformed. */
export function primaryKeyOf(table: TableResource, item: unknown): WireItem | undefined {
  if (!isObject(item)) return undefined;
  const pairs = table.keySchema.map(({ AttributeName: name }) => [name, item[name]] as const);
  return pairs.every(([, value]) => isObject(value)) ? (Object.fromEntries(pairs) as WireItem) : undefined;
}

/** One text for each item; the same number written in two ways is the same item. */
export function itemName(table: TableResource, primaryKey: WireItem): string {
  const values = table.keySchema.map(({ AttributeName: name }) => {
    const value = primaryKey[name] ?? {};
    return typeof value["N"] === "string" ? { N: Number(value["N"]) } : value;
  });
  return JSON.stringify([table.tableName, ...values]);
}
