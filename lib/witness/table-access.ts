import {
  GetCommand,
  PutCommand,
  QueryCommand,
  type PutCommandInput,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { refusalOf, repeatable } from "../provider-keys/store-failures.ts";
import type { DynamoSender } from "../provider-keys/write-record.ts";
import type { RetryPolicy } from "../retry.ts";

export type Item = Readonly<Record<string, unknown>>;

/** A condition did not hold; `record` is the item as it is. */
export type Refused = NonNullable<ReturnType<typeof refusalOf>>;

export interface TableAccessProps {
  readonly dynamo: DynamoSender;
  readonly table: string;
  readonly retry?: RetryPolicy;
}

/**
 * One table, with retries: everything that is written here may be written again. Throws `STORE_UNAVAILABLE`
 * (retryable) and `ACCESS_DENIED_BY_AWS`.
 */
export class TableAccess {
  readonly #props: TableAccessProps;

  constructor(props: TableAccessProps) {
    this.#props = props;
  }

  async get(primaryKey: Item): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.#props.table, Key: primaryKey, ConsistentRead: true });
    const { Item: item } = await this.#send("GetItem", () => this.#props.dynamo.send(command));
    return item;
  }

  async put(item: Item, condition: Omit<PutCommandInput, "TableName" | "Item"> = {}): Promise<void> {
    const command = new PutCommand({ TableName: this.#props.table, Item: item, ...condition });
    await this.#send("PutItem", () => this.#props.dynamo.send(command));
  }

  /** Page by page, as they are asked for. */
  async *query(input: Omit<QueryCommandInput, "TableName">): AsyncGenerator<Item> {
    let from: Record<string, unknown> | undefined;
    do {
      const command = new QueryCommand({ TableName: this.#props.table, ...input, ExclusiveStartKey: from });
      const answer = await this.#send("Query", () => this.#props.dynamo.send(command));
      yield* answer.Items ?? [];
      from = answer.LastEvaluatedKey;
    } while (from);
  }

  /** @returns the refusal where the condition did not hold. */
  async conditionally(operation: string, call: (table: string, dynamo: DynamoSender) => Promise<unknown>) {
    const { table, dynamo } = this.#props;
    return this.#send(operation, () => call(table, dynamo)).then(
      () => undefined,
      (error: unknown): Refused => {
        const refusal = refusalOf(error);
        if (!refusal) throw error;
        return refusal;
      },
    );
  }

  #send<Answer>(operation: string, call: () => Promise<Answer>): Promise<Answer> {
    return repeatable(`${operation} (witness)`, call, this.#props.retry);
  }
}
