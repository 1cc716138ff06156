import { GetCommand, QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { byOwnerIndex, byWitnessIndex } from "../../audit-attributes.ts";
import { isTransient, storeError } from "../../provider-keys/store-failures.ts";
import type { DynamoSender, RawRecord } from "../../provider-keys/write-record.ts";
import { patientRetry, withRetry } from "../../retry.ts";
import { expressionsOf, type EventFilters } from "./filters.ts";

/** An event as it was recorded. */
export type StoredEvent = Readonly<Record<string, unknown>>;

export interface ReadPorts {
  readonly dynamo: DynamoSender;
  readonly table: string;
  /** How many items were looked at. */
  readonly onProgress?: (seen: number) => void;
}

export interface EventPages {
  /** Of one record or one owner newest first; else as the table has them. */
  readonly isSorted: boolean;
  readonly pages: AsyncGenerator<readonly StoredEvent[]>;
}

/** Whole events that an index names, at once. */
const AT_ONCE = 16;

/**
 * The events that the filters hold of, by the shortest way: of a record, of an owner by the index, else all that there
 * are are looked at. Pages throw `STORE_UNAVAILABLE` and `ACCESS_DENIED_BY_AWS`.
 */
export function findEvents(ports: ReadPorts, filters: EventFilters): EventPages {
  if (filters.recordId !== undefined) return { isSorted: true, pages: ofRecord(ports, filters) };
  if (filters.ownerId !== undefined)
    return { isSorted: true, pages: byIndex(ports, filters, byOwnerIndex.indexName, byOwnerIndex.keys) };
  if (filters.witnessId !== undefined)
    return { isSorted: false, pages: byIndex(ports, filters, byWitnessIndex.indexName, byWitnessIndex.keys) };
  return { isSorted: false, pages: all(ports, filters) };
}

/** @returns `undefined` where there is none of this name. */
export async function oneEvent(
  { dynamo, table }: ReadPorts,
  recordId: string,
  eventSeq: string,
): Promise<StoredEvent | undefined> {
  const command = new GetCommand({ TableName: table, Key: { recordId, eventSeq }, ConsistentRead: true });
  const { Item } = await read("GetItem", () => dynamo.send(command));
  return Item && withoutExpiry(Item);
}

function ofRecord(ports: ReadPorts, filters: EventFilters): AsyncGenerator<readonly StoredEvent[]> {
  const request = { TableName: ports.table, ConsistentRead: true, ScanIndexForward: false };
  return query(ports, { ...request, ...expressionsOf(filters, ["recordId"]) });
}

/** An index has no whole events, and is looked into for their names. */
async function* byIndex(
  ports: ReadPorts,
  filters: EventFilters,
  IndexName: string,
  keys: readonly string[],
): AsyncGenerator<readonly StoredEvent[]> {
  const request = { TableName: ports.table, IndexName, ScanIndexForward: false };
  for await (const named of query(ports, { ...request, ...expressionsOf(filters, keys) })) {
    const whole = await pMap(
      named,
      ({ recordId, eventSeq }) => oneEvent(ports, String(recordId), String(eventSeq)),
      { concurrency: AT_ONCE },
    );
    yield whole.filter((event) => event !== undefined);
  }
}

async function* all(ports: ReadPorts, filters: EventFilters): AsyncGenerator<readonly StoredEvent[]> {
  const { dynamo, table, onProgress } = ports;
  let start: RawRecord | undefined;
  let seen = 0;
  do {
    const request = { TableName: table, ConsistentRead: true, ExclusiveStartKey: start };
    const command = new ScanCommand({ ...request, ...expressionsOf(filters) });
    const page = await read("Scan", () => dynamo.send(command));
    onProgress?.((seen += page.ScannedCount ?? 0));
    yield (page.Items ?? []).map(withoutExpiry);
    start = page.LastEvaluatedKey;
  } while (start);
}

async function* query(
  { dynamo, onProgress }: ReadPorts,
  request: ConstructorParameters<typeof QueryCommand>[0],
): AsyncGenerator<readonly StoredEvent[]> {
  let start: RawRecord | undefined;
  let seen = 0;
  do {
    const command = new QueryCommand({ ...request, ExclusiveStartKey: start });
    const page = await read("Query", () => dynamo.send(command));
    onProgress?.((seen += page.ScannedCount ?? 0));
    yield (page.Items ?? []).map(withoutExpiry);
    start = page.LastEvaluatedKey;
  } while (start);
}

/** When it is to expire is no part of an event. */
function withoutExpiry({ purgeAt: _expiry, ...event }: StoredEvent): StoredEvent {
  return event;
}

function read<Answer>(operation: string, send: () => Promise<Answer>): Promise<Answer> {
  return withRetry(send, isTransient, patientRetry).catch((error: unknown) => {
    throw storeError(`${operation} (events)`, error);
  });
}
