import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { importReadAttributes } from "../attributes.ts";
import type { SealedProviderKey } from "../envelope/envelope.ts";
import type { Change } from "../provider-keys/change.ts";
import { isThrottled, isTransient, repeatable } from "../provider-keys/store-failures.ts";
import { aliases } from "../provider-keys/update-expression.ts";
import { writeRecord, type DynamoSender, type RecordAddress } from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";

export interface ImportStoreProps {
  readonly dynamo: DynamoSender;
  readonly table: string;
  readonly retry?: RetryPolicy;
}

/** What is in a slot: from an import, or newer than one. */
export type Present = "alreadyThere" | "newerHere";

/** The `ProviderKeys` table as an import may see it. Throws `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`. */
export class ImportStore {
  readonly #props: ImportStoreProps;
  readonly #retry: RetryPolicy;

  constructor(props: ImportStoreProps) {
    this.#props = props;
    this.#retry = props.retry ?? patientRetry;
  }

  /** What an owner has, by slot. */
  async present(ownerId: string): Promise<ReadonlyMap<string, Present>> {
    const items = await this.#query(ownerId);
    return new Map(items.map((item) => [String(item["slot"]), presentOf(item)]));
  }

  /**
   * Writes a record where there is none: never over another, a tombstone included.
   *
   * @param change - of the import; its time is when the record was saved, and imported.
   * @returns what became of it. Where an answer was lost the condition lets the write be applied once, and the time in
   *   the record says whether it was ours.
   */
  async add(
    address: RecordAddress,
    sealed: SealedProviderKey,
    recordId: string,
    change: Change,
  ): Promise<"imported" | Present> {
    const { at } = change;
    const health = { status: "unknown", checkedAt: at };
    const times = { savedAt: at, importedAt: at };
    const update = {
      set: { ...sealed, ...times, recordId, state: "active", health, useCount: 0 },
      condition: "attribute_not_exists(#ownerId)",
    };
    const lost = { answers: 0 };
    const again = (error: unknown) => {
      const isOpen = isTransient(error);
      if (isOpen && !isThrottled(error)) lost.answers += 1;
      return isOpen;
    };
    const retry = { isTransient: again, policy: this.#retry };
    const { applied } = await writeRecord(this.#props, "import", address, change, update, { retry });
    if (applied) return "imported";
    const item = (await this.#query(address.ownerId)).find(({ slot }) => slot === address.slot);
    if (lost.answers > 0 && item?.["importedAt"] === at && item["state"] !== "removed") return "imported";
    return item ? presentOf(item) : "newerHere";
  }

  async #query(ownerId: string): Promise<Record<string, unknown>[]> {
    const projection = importReadAttributes.map((name) => `#${name}`).join(", ");
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        TableName: this.#props.table,
        KeyConditionExpression: "#ownerId = :ownerId",
        Select: "SPECIFIC_ATTRIBUTES",
        ProjectionExpression: projection,
        ExpressionAttributeNames: aliases(projection),
        ExpressionAttributeValues: { ":ownerId": ownerId },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      });
      const page = await repeatable("Query", () => this.#props.dynamo.send(query), this.#retry);
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }
}

/** A save takes `importedAt` away; a removal leaves it in the tombstone. */
function presentOf(item: Readonly<Record<string, unknown>>): Present {
  return item["importedAt"] !== undefined && item["state"] !== "removed" ? "alreadyThere" : "newerHere";
}
