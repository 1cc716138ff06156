/**
 * Writes under a lock per item, with what dynalite lacks: stream records with both images, and the item
 * that failed a condition (`ReturnValuesOnConditionCheckFailure`).
 */
import type { TableResource } from "../../stack.ts";
import { AwsError, isObject, type JsonObject } from "../protocol.ts";
import type { Backend, BackendReply } from "./backend.ts";
import { itemName, primaryKeyOf, type WireItem } from "./items.ts";
import { Locks } from "./locks.ts";
import type { StreamLog } from "./stream-log.ts";

export type WriteOperation = "PutItem" | "UpdateItem" | "DeleteItem";

export class Writer {
  readonly #backend: Backend;
  readonly #streams: StreamLog;
  readonly #locks = new Locks();

  constructor(backend: Backend, streams: StreamLog) {
    this.#backend = backend;
    this.#streams = streams;
  }

  /** `byTimeToLive`: the record then names DynamoDB itself as who did it. */
  write(
    table: TableResource,
    operation: WriteOperation,
    input: JsonObject,
    byTimeToLive = false,
  ): Promise<BackendReply> {
    const primaryKey = primaryKeyOf(table, operation === "PutItem" ? input["Item"] : input["Key"]);
    const { ReturnValuesOnConditionCheckFailure: onFailure = "NONE", ...passed } = input;
    assertOnFailure(onFailure);
    // Without a primary key there is nothing to lock, and dynalite answers the error.
    if (!primaryKey) return this.#backend.call(operation, passed);
    return this.#locks.holding([itemName(table, primaryKey)], async () => {
      const wanted = table.streamViewType !== undefined || onFailure === "ALL_OLD";
      const before = wanted ? await this.#read(table, primaryKey) : undefined;
      const reply = await this.#backend.call(operation, passed);
      if (reply.status !== 200) return onFailure === "ALL_OLD" ? withFailedItem(reply, before) : reply;
      if (table.streamViewType)
        this.#streams.add(table, before, await this.#read(table, primaryKey), byTimeToLive);
      return reply;
    });
  }

  /** BatchWriteItem: what became of each item is read back, so unprocessed ones make no record. */
  writeBatch(
    written: readonly { table: TableResource; item: unknown }[],
    input: JsonObject,
  ): Promise<BackendReply> {
    const items = written.flatMap(({ table, item }) => {
      const primaryKey = primaryKeyOf(table, item);
      return primaryKey ? [{ table, primaryKey, name: itemName(table, primaryKey) }] : [];
    });
    return this.#locks.holding(
      items.map(({ name }) => name),
      async () => {
        const streamed = items.filter(({ table }) => table.streamViewType);
        const before = await Promise.all(
          streamed.map(({ table, primaryKey }) => this.#read(table, primaryKey)),
        );
        const reply = await this.#backend.call("BatchWriteItem", input);
        const after = await Promise.all(
          streamed.map(({ table, primaryKey }) => this.#read(table, primaryKey)),
        );
        streamed.forEach(({ table }, i) => this.#streams.add(table, before[i], after[i]));
        return reply;
      },
    );
  }

  async #read(table: TableResource, primaryKey: WireItem): Promise<WireItem | undefined> {
    const input = { TableName: table.tableName, Key: primaryKey, ConsistentRead: true };
    const { body } = await this.#backend.call("GetItem", input);
    return isObject(body["Item"]) ? (body["Item"] as WireItem) : undefined;
  }
}

function assertOnFailure(value: unknown): void {
  if (value === "NONE" || value === "ALL_OLD") return;
  throw new AwsError(
    "ValidationException",
    "1 validation error detected: Value at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: " +
      "Member must satisfy enum value set: [ALL_OLD, NONE]",
  );
}

function withFailedItem(reply: BackendReply, before: WireItem | undefined): BackendReply {
  const failed = String(reply.body["__type"]).endsWith("ConditionalCheckFailedException");
  return failed && before ? { ...reply, body: { ...reply.body, Item: before } } : reply;
}
