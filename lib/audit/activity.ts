/** What a person sees of the audit: the events of their own provider keys, newest first. */
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod/mini";
import type { activityAnswer, activityEvent } from "../api/activity.ts";
import { activityReadAttributes, byOwnerIndex } from "../audit-attributes.ts";
import { aliases } from "../provider-keys/update-expression.ts";
import { repeatable } from "../provider-keys/store-failures.ts";
import type { DynamoSender } from "../provider-keys/write-record.ts";
import { readCursor, writeCursor, type Place } from "./activity-cursor.ts";

/** One event, as its owner sees it; what an event has not is absent. */
export type Activity = Readonly<z.output<typeof activityEvent>>;
export type ActivityPage = Readonly<z.output<typeof activityAnswer>>;

export interface ActivityQuery {
  /** From 1. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Of one provider, of one name only. */
  readonly provider?: string | undefined;
  readonly name?: string | undefined;
}

/** In the order in which they are answered. */
const shown = ["type", "provider", "name", "at", "actor", "caller", "useId"] as const;

/** One answer looks at so many of the owner's events: whoever looks for a rare one gets a cursor to go on with. */
const MOST_PAGES = 5;
const PAGE = 200;
/** Beside what is asked for, where nothing is filtered but what is no key's. */
const SPARE = 20;

/**
 * A page of an owner's events. A cursor stands at an event, so what comes in meanwhile (it is newer) moves nothing.
 * The index follows the log within moments, which is no promise.
 *
 * @throws {WaxsealError} `INVALID_REQUEST` for a cursor that is none of this owner's; `STORE_UNAVAILABLE`,
 *   `ACCESS_DENIED_BY_AWS`.
 */
export async function activityOf(
  { dynamo, table }: { readonly dynamo: DynamoSender; readonly table: string },
  ownerId: string,
  { limit, cursor, ...filter }: ActivityQuery,
): Promise<ActivityPage> {
  let place = cursor === undefined ? undefined : readCursor(cursor, ownerId);
  const found: Item[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, next } = await readPage(dynamo, table, { ownerId, place, limit, ...filter });
    found.push(...items);
    place = next;
    if (!place || found.length > limit) break;
  }
  const events = found.slice(0, limit);
  const last = found.length > limit ? events.at(-1) : place;
  return { events: events.map(activity), cursor: last ? writeCursor(last, ownerId) : null };
}

type Item = Place & Readonly<Record<string, unknown>>;

async function readPage(
  dynamo: DynamoSender,
  table: string,
  {
    ownerId,
    place,
    limit,
    ...filter
  }: Omit<ActivityQuery, "cursor"> & {
    readonly ownerId: string;
    readonly place: Place | undefined;
  },
): Promise<{ items: Item[]; next: Place | undefined }> {
  const named = Object.entries(filter).filter(([, value]) => value !== undefined);
  const condition = "#ownerId = :ownerId";
  const projection = activityReadAttributes.map((name) => `#${name}`).join(", ");
  const query = new QueryCommand({
    TableName: table,
    IndexName: byOwnerIndex.indexName,
    KeyConditionExpression: condition,
    // What else the audit has of an owner (limits, denials, reads) is the operator's.
    FilterExpression: ["begins_with(#type, :keys)", ...named.map(([name]) => `#${name} = :${name}`)].join(
      " AND ",
    ),
    Select: "SPECIFIC_ATTRIBUTES",
    ProjectionExpression: projection,
    ExpressionAttributeNames: aliases(projection),
    ExpressionAttributeValues: {
      ":ownerId": ownerId,
      ":keys": "key_",
      ...Object.fromEntries(named.map(([name, value]) => [`:${name}`, value])),
    },
    ScanIndexForward: false,
    Limit: named.length > 0 ? PAGE : limit + SPARE,
    ...(place && { ExclusiveStartKey: { ownerId, ...place } }),
  });
  const { Items = [], LastEvaluatedKey } = await repeatable("Query (activity)", () => dynamo.send(query));
  return { items: Items as Item[], next: LastEvaluatedKey && placeOf(LastEvaluatedKey) };
}

function placeOf({ at, recordId, eventSeq }: Readonly<Record<string, unknown>>): Place {
  return { at: String(at), recordId: String(recordId), eventSeq: String(eventSeq) };
}

function activity(item: Item): Activity {
  const there = shown.filter((name) => item[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, item[name]])) as unknown as Activity;
}
