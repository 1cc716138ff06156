import { QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { patientRetry, type RetryPolicy } from "../retry.ts";
import { repeatable } from "./store-failures.ts";
import { aliases } from "./update-expression.ts";
import type { DynamoSender, RawRecord, RecordAddress } from "./write-record.ts";

/** Where a walk through the table is; `undefined`: at its beginning. */
export type Cursor = RecordAddress | undefined;

/** A page of one of the segments into which the table is cut (DynamoDB, "Parallel scan"). */
export interface PageOfSegment {
  /** From 0. */
  readonly segment: number;
  readonly segments: number;
  readonly cursor: Cursor;
  /** How many items at most. */
  readonly limit: number;
}

export interface Page {
  readonly records: readonly RawRecord[];
  /** Where the next page begins; `undefined` where this was the last. */
  readonly next: Cursor;
}

/** The table, for jobs that walk through it: named attributes only, as their roles have it. */
export class TableWalk {
  readonly #dynamo: DynamoSender;
  readonly #table: string;
  readonly #attributes: readonly string[];
  readonly #retry: RetryPolicy;

  constructor(
    { dynamo, table }: { readonly dynamo: DynamoSender; readonly table: string },
    attributes: readonly string[],
    retry: RetryPolicy = patientRetry,
  ) {
    this.#dynamo = dynamo;
    this.#table = table;
    this.#attributes = attributes;
    this.#retry = retry;
  }

  /**
   * One page, as the table is now. An item that is there during the whole walk is in exactly one page of one segment.
   *
   * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
   */
  async page({ segment, segments, cursor, limit }: PageOfSegment): Promise<Page> {
    const command = new ScanCommand({
      ...this.#projection(),
      Segment: segment,
      TotalSegments: segments,
      Limit: limit,
      ExclusiveStartKey: cursor,
    });
    const { Items = [], LastEvaluatedKey } = await this.#read("Scan", () => this.#dynamo.send(command));
    return { records: Items, next: LastEvaluatedKey as Cursor };
  }

  /** One record again, as it is now; `undefined` where there is none any more. */
  async one({ ownerId, slot }: RecordAddress): Promise<RawRecord | undefined> {
    const projection = this.#projection();
    const command = new QueryCommand({
      ...projection,
      KeyConditionExpression: "#ownerId = :ownerId AND #slot = :slot",
      ExpressionAttributeValues: { ":ownerId": ownerId, ":slot": slot },
    });
    const { Items = [] } = await this.#read("Query", () => this.#dynamo.send(command));
    return Items[0];
  }

  #projection() {
    const projection = this.#attributes.map((name) => `#${name}`).join(", ");
    return {
      TableName: this.#table,
      Select: "SPECIFIC_ATTRIBUTES",
      ProjectionExpression: projection,
      ExpressionAttributeNames: aliases(projection),
      ConsistentRead: true,
    } as const;
  }

  #read<Answer>(operation: string, send: () => Promise<Answer>): Promise<Answer> {
    return repeatable(operation, send, this.#retry);
  }
}
