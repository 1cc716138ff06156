/** The tables: those of the stack, and those that an administrator created. */
import { localAccountId, localRegion, type TableResource } from "../../stack.ts";
import { AwsError, isObject, type JsonObject } from "../protocol.ts";
import type { Backend } from "./backend.ts";
import { streamArnOf, streamLabel } from "./stream-record.ts";

/** The most that dynalite may take for them; it takes milliseconds. */
const creationMs = 10_000;

export class Tables {
  readonly #tables = new Map<string, TableResource>();
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Creates those of the stack that the store has not yet. */
  async deploy(tables: readonly TableResource[]): Promise<void> {
    for (const table of tables) {
      this.#tables.set(table.tableName, table);
      const reply = await this.#backend.call("CreateTable", {
        TableName: table.tableName,
        KeySchema: table.keySchema,
        AttributeDefinitions: table.attributeDefinitions,
        ...(table.globalSecondaryIndexes && { GlobalSecondaryIndexes: table.globalSecondaryIndexes }),
        BillingMode: "PAY_PER_REQUEST",
      });
      const exists = String(reply.body["__type"]).endsWith("ResourceInUseException");
      if (reply.status !== 200 && !exists)
        throw new Error(`Table ${table.tableName}: ${String(reply.body["message"])}`);
    }
    const deadline = Date.now() + creationMs;
    while ((await this.#statuses(tables)).some((status) => status !== "ACTIVE")) {
      // dynalite forgets a creation that a kill cut off; there is nothing in the folder then.
      if (Date.now() > deadline)
        throw new Error("A table is half made, by a first start that was killed: remove the folder");
      await new Promise(setImmediate);
    }
  }

  async #statuses(tables: readonly TableResource[]): Promise<unknown[]> {
    const names = tables.map(({ tableName }) => tableName);
    const replies = await Promise.all(
      names.map((name) => this.#backend.call("DescribeTable", { TableName: name })),
    );
    return replies.map(({ body }) => (isObject(body["Table"]) ? body["Table"]["TableStatus"] : undefined));
  }

  all(): TableResource[] {
    return [...this.#tables.values()];
  }

  /** By name; one that an earlier run's administrator created is read from the store. */
  async find(tableName: string): Promise<TableResource | undefined> {
    const known = this.#tables.get(tableName);
    if (known) return known;
    const { status, body } = await this.#backend.call("DescribeTable", { TableName: tableName });
    if (status === 200) this.remember(body["Table"] as JsonObject);
    return this.#tables.get(tableName);
  }

  /** `description`: of a CreateTable request or a DescribeTable response. */
  remember(description: JsonObject): void {
    const stream = description["StreamSpecification"];
    const viewType =
      isObject(stream) && stream["StreamEnabled"] === true ? stream["StreamViewType"] : undefined;
    const tableName = String(description["TableName"]);
    this.#tables.set(tableName, {
      tableName,
      arn: tableArnOf(tableName),
      keySchema: description["KeySchema"] as TableResource["keySchema"],
      attributeDefinitions: description["AttributeDefinitions"] as TableResource["attributeDefinitions"],
      ...(description["DeletionProtectionEnabled"] === true ? { deletionProtection: true } : {}),
      ...(viewType ? { streamViewType: viewType as NonNullable<TableResource["streamViewType"]> } : {}),
    });
  }

  forget(tableName: string): void {
    this.#tables.delete(tableName);
  }

  byStreamArn(streamArn: string): TableResource {
    const found = this.all().find((table) => table.streamViewType && streamArnOf(table.arn) === streamArn);
    if (found) return found;
    throw new AwsError(
      "ResourceNotFoundException",
      `Requested resource not found: Stream: ${streamArn} not found`,
    );
  }

  /** What dynalite does not know of a table. */
  decorate(description: JsonObject): JsonObject {
    const table = this.#tables.get(String(description["TableName"]));
    const stream = table?.streamViewType && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamViewType },
      LatestStreamArn: streamArnOf(table.arn),
      LatestStreamLabel: streamLabel,
    };
    return {
      ...description,
      TableArn: tableArnOf(String(description["TableName"])),
      DeletionProtectionEnabled: table?.deletionProtection ?? false,
      ...stream,
    };
  }
}

export function tableArnOf(tableName: string): string {
  return `arn:aws:dynamodb:${localRegion}:${localAccountId}:table/${tableName}`;
}

/** "You can also provide the Amazon Resource Name (ARN) of the table in this parameter." */
export function tableNameIn(nameOrArn: unknown): string {
  return String(nameOrArn).replace(/^arn:aws:dynamodb:[^:]*:[^:]*:table\//, "");
}
