import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { sealedAttributes, statusAttributes } from "../attributes.ts";
import type { SealedProviderKey } from "../envelope/envelope.ts";
import { WaxsealError } from "../errors.ts";
import type { Change } from "./change.ts";
import type { Health } from "./record.ts";
import { repeatable } from "./store-failures.ts";
import { aliases, type Update } from "./update-expression.ts";
import {
  writeRecord,
  type DynamoSender,
  type RawRecord,
  type RecordAddress,
  type Returns,
  type Written,
} from "./write-record.ts";

export type { DynamoSender, RawRecord, RecordAddress, Written } from "./write-record.ts";

/** What a save stores beside the sealed attributes. */
export interface SaveDetails {
  readonly label: string | undefined;
  /** Its place among the owner's for this provider, from 1: see `slotsInOrder`. */
  readonly order: number | undefined;
  /** ISO 8601, UTC, milliseconds, so that it compares as text. */
  readonly expiresAt: string | undefined;
  readonly health: Health;
  /** The record's id, if this save makes the record. */
  readonly newRecordId: string;
}

/** What its owner changes of a record; `null` takes an attribute away, what is absent stays. */
export interface StatusChanges {
  readonly state?: "active" | "disabled" | undefined;
  readonly label?: string | null | undefined;
  readonly order?: number | null | undefined;
  readonly expiresAt?: string | null | undefined;
}

/** Which of an owner's records. */
export interface Selection {
  readonly ownerId: string;
  /** Those for one provider; all where it is absent. */
  readonly providerId?: string;
}

/**
 * The `ProviderKeys` table, as the functions use it. Every write is one change: see `writeRecord`.
 *
 * Everything here throws `STORE_UNAVAILABLE` (retryable) or `ACCESS_DENIED_BY_AWS`.
 */
export class ProviderKeyStore {
  readonly #dynamo: DynamoSender;
  readonly #table: string;

  constructor(dynamo: DynamoSender, table: string) {
    this.#dynamo = dynamo;
    this.#table = table;
  }

  /**
   * Writes all sealed attributes and the whole status at once: of two saves the later stands, whole.
   * A record of a newer format is left alone (an older writer beside newer ones during a deployment).
   *
   * @throws {WaxsealError} `CONFLICT` in that case.
   */
  async save(
    address: RecordAddress,
    sealed: SealedProviderKey,
    details: SaveDetails,
    change: Change,
  ): Promise<void> {
    const { newRecordId, health, label, order, expiresAt } = details;
    const optional = split({ label, order, expiresAt });
    const { applied } = await this.#write("save", address, change, {
      set: { ...sealed, ...optional.given, state: "active", savedAt: change.at, health, useCount: 0 },
      setIfAbsent: { recordId: newRecordId },
      remove: [...optional.absent, "lastUsedAt", "lastUsedBy", "purgeAt", "importedAt"],
      condition: "attribute_not_exists(#formatVersion) OR #formatVersion <= :formatVersion",
    });
    if (!applied) throw new WaxsealError("CONFLICT");
  }

  /** An owner's records, removed ones included, as raw items with the status attributes only. */
  async listStatus({ ownerId, providerId }: Selection): Promise<RawRecord[]> {
    const condition = "#ownerId = :ownerId";
    const projection = statusAttributes.map((name) => `#${name}`).join(", ");
    const items: RawRecord[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression:
          providerId === undefined ? condition : `${condition} AND begins_with(#slot, :slots)`,
        Select: "SPECIFIC_ATTRIBUTES",
        ProjectionExpression: projection,
        ExpressionAttributeNames: aliases(projection),
        ExpressionAttributeValues: {
          ":ownerId": ownerId,
          ...(providerId !== undefined && { ":slots": `${providerId}/` }),
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      });
      const page = await repeatable("Query", () => this.#dynamo.send(query));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }

  /** @returns whether there was anything to change. */
  async update(address: RecordAddress, changes: StatusChanges, change: Change): Promise<boolean> {
    const said = Object.entries(changes).filter(([, value]) => value !== undefined);
    const { given, absent } = split(Object.fromEntries(said));
    const { applied } = await this.#write("update", address, change, {
      set: given,
      remove: absent,
      condition: "attribute_exists(#state) AND #state <> :removed",
      conditionValues: { removed: "removed" },
    });
    return applied;
  }

  /**
   * Strips what is sealed and leaves a tombstone, which TTL clears after `purgeAt` (epoch seconds).
   *
   * @returns whether there was anything to remove.
   */
  async remove(address: RecordAddress, purgeAt: number, change: Change): Promise<boolean> {
    const { applied } = await this.#write("remove", address, change, {
      set: { state: "removed", purgeAt },
      remove: sealedAttributes,
      // Also of a record that somebody damaged: without a state, or sealed although it says `removed`.
      condition:
        "attribute_exists(#slot) AND (attribute_not_exists(#state) OR #state <> :removed OR attribute_exists(#ciphertext))",
      conditionValues: { removed: "removed" },
    });
    return applied;
  }

  /**
   * The claim: counts the use, stores who uses it, and returns the record, in one call; refused unless
   * the record is active and unexpired.
   *
   * @param onlyIfFirst - refused also if the owner has given the record a place in an order.
   * @returns the record: after the claim, or, where it was not applied, as it is (absent: none is there).
   */
  claim(address: RecordAddress, change: Change, onlyIfFirst: boolean): Promise<Written> {
    const usable = "#state = :active AND (attribute_not_exists(#expiresAt) OR #expiresAt > :lastUsedAt)";
    return this.#write(
      "claim",
      address,
      change,
      {
        set: { lastUsedAt: change.at, lastUsedBy: change.caller },
        add: { useCount: 1 },
        condition: onlyIfFirst ? `${usable} AND attribute_not_exists(#order)` : usable,
        conditionValues: { active: "active" },
      },
      { ReturnValues: "ALL_NEW", ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
    );
  }

  /** Notes what a use showed of the provider key; only of the very seal that was used. */
  async noteHealth(address: RecordAddress, sealId: string, health: Health, change: Change): Promise<void> {
    await this.#write("health", address, change, {
      set: { health },
      condition: "#sealId = :sealId AND #state <> :removed",
      conditionValues: { sealId, removed: "removed" },
    });
  }

  /** Leaves the trace of a record that did not open. */
  async noteOpenFailed(address: RecordAddress, change: Change): Promise<void> {
    await this.#write("open failed", address, change, { condition: "attribute_exists(#state)" });
  }

  #write(
    name: string,
    address: RecordAddress,
    change: Change,
    update: Update,
    returns?: Returns,
  ): Promise<Written> {
    const at = { dynamo: this.#dynamo, table: this.#table };
    return writeRecord(at, name, address, change, update, returns && { returns });
  }
}

/** The attributes that have a value, and the names of those that have none. */
function split(attributes: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(attributes);
  return {
    given: Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null)),
    absent: entries.filter(([, value]) => value === undefined || value === null).map(([name]) => name),
  };
}
