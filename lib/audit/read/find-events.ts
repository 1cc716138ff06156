import { GetCommand, QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { byOwnerIndex, byWitnessIndex } from "../../audit-attributes.ts";
import { repeatable } from "../../provider-keys/store-failures.ts";
import type { DynamoSender, RawRecord } from "../../provider-keys/write-record.ts";
import { patientRetry } from "../../retry.ts";
import { expressionsOf, type EventFilters } from "./filters.ts";
import { merged } from "./merged.ts";

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
/** Into so many parts the log is cut where all of it is looked at (DynamoDB, "Parallel scan"). */
const SEGMENTS = 4;

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
  const { Item } = await repeatable("GetItem (events)", () => dynamo.send(command), patientRetry);
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

/** In parts at once, in no order. */
function all(ports: ReadPorts, filters: EventFilters): AsyncGenerator<readonly StoredEvent[]> {
  let seen = 0;
  const onPage = (items: number) => {
    seen += items;
    ports.onProgress?.(seen);
  };
  const segments = Array.from({ length: SEGMENTS }, (_none, Segment) =>
    scan(ports, filters, Segment, onPage),
  );
  return merged(segments);
}

async function* scan(
  { dynamo, table }: ReadPorts,
  filters: EventFilters,
  Segment: number,
  onPage: (items: number) => void,
): AsyncGenerator<readonly StoredEvent[]> {
  let start: RawRecord | undefined;
  do {
    const part = { Segment, TotalSegments: SEGMENTS, ExclusiveStartKey: start };
    const request = { TableName: table, ConsistentRead: true, ...part, ...expressionsOf(filters) };
    const page = await repeatable("Scan (events)", () => dynamo.send(new ScanCommand(request)), patientRetry);
    onPage(page.ScannedCount ?? 0);
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
    const page = await repeatable("Query (events)", () => dynamo.send(command), patientRetry);
    seen += page.ScannedCount ?? 0;
    onProgress?.(seen);
    yield (page.Items ?? []).map(withoutExpiry);
    start = page.LastEvaluatedKey;
  } while (start);
}

/** When it is to expire is no part of an event. */
function withoutExpiry({ purgeAt: _expiry, ...event }: StoredEvent): StoredEvent {
  return event;
}
