/** Erasing an owner's events: what is left of them are hashes in the manifests, and that they were erased. */
import { DeleteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { byOwnerIndex } from "../audit-attributes.ts";
import { isTransient, storeError } from "../provider-keys/store-failures.ts";
import type { DynamoSender, RawRecord } from "../provider-keys/write-record.ts";
import { patientRetry, withRetry } from "../retry.ts";
import type { Intake, IntakeEntry } from "./intake.ts";

export interface ErasePorts {
  readonly dynamo: DynamoSender;
  /** The `AuditLog` table. */
  readonly table: string;
  readonly intake: Intake;
  /** ARN of who erases. */
  readonly actor: string;
  readonly now: () => Date;
  /** Told of each record; where it throws, the erasure ends between two of them. */
  readonly onRecord?: (events: number) => void;
}

export interface Erasable {
  /** Of records, and of what was entered about the owner (`intake-…`). */
  readonly recordIds: readonly string[];
  readonly events: number;
}

const AT_ONCE = 16;

/**
 * What there is to erase: by the index, which is a moment behind.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`; so does all here.
 */
export async function erasable(ports: ErasePorts, ownerId: string): Promise<Erasable> {
  const recordIds = new Set<string>();
  let events = 0;
  const request = {
    IndexName: byOwnerIndex.indexName,
    KeyConditionExpression: "#ownerId = :ownerId",
    ProjectionExpression: "#recordId",
    ExpressionAttributeNames: { "#ownerId": "ownerId", "#recordId": "recordId" },
    ExpressionAttributeValues: { ":ownerId": ownerId },
  };
  for await (const { recordId } of query(ports, request)) {
    recordIds.add(String(recordId));
    events += 1;
  }
  return { recordIds: [...recordIds], events };
}

/**
 * Erases them, record by record; where it was stopped it goes on when it is run again. Of each record it is entered
 * first: without that the audit would take the deletion for tampering.
 *
 * @returns how many events were erased.
 */
export async function eraseEvents(
  ports: ErasePorts,
  ownerId: string,
  recordIds: readonly string[],
): Promise<number> {
  let erased = 0;
  for (const recordId of recordIds) {
    const names = await namesOf(ports, ownerId, recordId);
    if (names.length > 0) {
      await enterErasure(ports, recordId, names.length);
      await pMap(names, (eventSeq) => remove(ports, recordId, eventSeq), { concurrency: AT_ONCE });
    }
    ports.onRecord?.((erased += names.length));
  }
  return erased;
}

/** Those of the record that are this owner's, or of nobody: out of band a record may have been another's. */
async function namesOf(ports: ErasePorts, ownerId: string, recordId: string): Promise<string[]> {
  const names: string[] = [];
  for await (const event of query(ports, eventsOf(recordId, ["eventSeq", "ownerId"])))
    if ((event["ownerId"] ?? ownerId) === ownerId) names.push(String(event["eventSeq"]));
  return names;
}

/** One entry a record, always the same: the recorder looks for it, and makes one event of it however often it comes. */
async function enterErasure({ actor, now, ...ports }: ErasePorts, recordId: string, count: number) {
  const intakeId = `erased-${recordId}`;
  const said = await first(
    query(ports, eventsOf(`intake-${intakeId}`, ["at", "actor", "caller", "details"])),
  );
  const entry: IntakeEntry = {
    intakeId,
    type: "events_erased",
    at: now().toISOString(),
    actor,
    caller: "waxseal audit erase",
    details: { recordIds: recordId, count: String(count) },
    ...said,
  };
  await ports.intake.enter(entry);
}

async function remove({ dynamo, table }: ErasePorts, recordId: string, eventSeq: string): Promise<void> {
  const command = new DeleteCommand({ TableName: table, Key: { recordId, eventSeq } });
  await read("DeleteItem", () => dynamo.send(command));
}

function eventsOf(recordId: string, attributes: readonly string[]) {
  const names = ["recordId", ...attributes].map((name) => [`#${name}`, name]);
  return {
    KeyConditionExpression: "#recordId = :recordId",
    ProjectionExpression: attributes.map((name) => `#${name}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string>,
    ExpressionAttributeValues: { ":recordId": recordId },
    ConsistentRead: true,
  };
}

async function* query(
  { dynamo, table }: Pick<ErasePorts, "dynamo" | "table">,
  request: Omit<ConstructorParameters<typeof QueryCommand>[0], "TableName">,
): AsyncGenerator<RawRecord> {
  let start: RawRecord | undefined;
  do {
    const command = new QueryCommand({ TableName: table, ...request, ExclusiveStartKey: start });
    const page = await read("Query", () => dynamo.send(command));
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}

async function first(items: AsyncGenerator<RawRecord>): Promise<RawRecord | undefined> {
  for await (const item of items) return item;
  return undefined;
}

function read<Answer>(operation: string, send: () => Promise<Answer>): Promise<Answer> {
  return withRetry(send, isTransient, patientRetry).catch((error: unknown) => {
    throw storeError(`${operation} (erasure)`, error);
  });
}
