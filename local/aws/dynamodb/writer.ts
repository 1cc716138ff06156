/**
 * Writes under a lock per item, with what dynalite lacks: stream records with both images, and the item
 * that failed a condition (`ReturnValuesOnConditionCheckFailure`).
 */
import type { TableResource } from "../../stack.ts";
import { AwsError, isObject, type JsonObject } from "../protocol.ts";
import type { Backend, BackendReply } from "./backend.ts";
import { itemName, primaryKeyOf, type WireItem } from "./items.ts";
import { Locks } from "./locks.ts";
import type { ExpectedWrite, StreamFile } from "./stream-file.ts";
import type { StreamLog } from "./stream-log.ts";

export type WriteOperation = "PutItem" | "UpdateItem" | "DeleteItem";

export class Writer {
  readonly #backend: Backend;
  readonly #streams: StreamLog;
  readonly #file: StreamFile | undefined;
  readonly #locks = new Locks();

  /** @param file - where the streams are kept, if they are. */
  constructor(backend: Backend, streams: StreamLog, file?: StreamFile) {
    this.#backend = backend;
    this.#streams = streams;
    this.#file = file;
  }

  /** Records what a process that was killed had written, and had not recorded any more. */
  async recover(find: (tableName: string) => Promise<TableResource | undefined>): Promise<void> {
    for (const { tableName, primaryKey, before, byTimeToLive } of this.#file?.openWrites() ?? []) {
      const table = await find(tableName);
      if (table) this.#streams.add(table, before, await this.#read(table, primaryKey), byTimeToLive);
    }
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
      const reply = table.streamViewType
        ? await this.#streamed(table, operation, passed, primaryKey, byTimeToLive)
        : await this.#backend.call(operation, passed);
      // A failed condition changes nothing, and the lock is held: the item is still as it was.
      if (!isConditionFailure(reply) || onFailure !== "ALL_OLD") return reply;
      const failed = await this.#read(table, primaryKey);
      return failed ? { ...reply, body: { ...reply.body, Item: failed } } : reply;
    });
  }

  /** In as few calls as both images take: the write itself answers one of them, whatever its caller asked for. */
  async #streamed(
    table: TableResource,
    operation: WriteOperation,
    input: JsonObject,
    primaryKey: WireItem,
    byTimeToLive: boolean,
  ): Promise<BackendReply> {
    const { ReturnValues: asked = "NONE" } = input;
    const isUpdate = operation === "UpdateItem";
    const answered = isUpdate ? "ALL_NEW" : "ALL_OLD";
    // What is asked for in another form, or wrongly, dynalite answers itself.
    const passed = asked === "NONE" ? { ...input, ReturnValues: answered } : input;
    const isRead = isUpdate || this.#file !== undefined;
    const before = isRead ? await this.#read(table, primaryKey) : undefined;
    const expected = { tableName: table.tableName, primaryKey, ...(before && { before }), byTimeToLive };
    return this.#expecting([expected], async () => {
      const reply = await this.#backend.call(operation, passed);
      if (reply.status !== 200) return reply;
      const { Attributes, ...others } = reply.body;
      const attributes = isObject(Attributes) ? (Attributes as WireItem) : undefined;
      const isNew = passed["ReturnValues"] === "ALL_NEW" || operation === "DeleteItem";
      const known = operation === "DeleteItem" ? undefined : attributes;
      const after = isNew ? known : await this.#read(table, primaryKey);
      this.#streams.add(table, isRead ? before : attributes, after, byTimeToLive);
      return asked === "NONE" ? { ...reply, body: others } : reply;
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
        const expected = streamed.map(({ table: { tableName }, primaryKey }, i) => {
          return { tableName, primaryKey, ...(before[i] && { before: before[i] }) };
        });
        return this.#expecting(expected, async () => {
          const reply = await this.#backend.call("BatchWriteItem", input);
          const after = await Promise.all(
            streamed.map(({ table, primaryKey }) => this.#read(table, primaryKey)),
          );
          streamed.forEach(({ table }, i) => this.#streams.add(table, before[i], after[i]));
          return reply;
        });
      },
    );
  }

  /** What `work` is about to write is noted, where it is kept, until it has been recorded. */
  async #expecting<Reply>(writes: readonly ExpectedWrite[], work: () => Promise<Reply>): Promise<Reply> {
    const settle = writes.map((write) => this.#file?.expect(write));
    try {
      return await work();
    } finally {
      for (const one of settle) one?.();
    }
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

function isConditionFailure({ body }: BackendReply): boolean {
  return String(body["__type"]).endsWith("ConditionalCheckFailedException");
}
