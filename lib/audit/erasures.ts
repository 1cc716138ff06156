import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { erasureAttributes, eventKeyAttributes } from "../audit-attributes.ts";
import { repeatable } from "../provider-keys/store-failures.ts";
import { aliases } from "../provider-keys/update-expression.ts";
import type { DynamoSender, RawRecord } from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";
import { claimEntries } from "./erased-claims.ts";
import { lastLink } from "./erasure-links.ts";
import type { Intake, IntakeEntry } from "./intake.ts";

/** What is about to be erased of a record. */
export interface ErasedOfRecord {
  readonly count: number;
  /** The highest number among them, 12 digits: what comes after it may not be gone. */
  readonly through: string;
  /** Of those that are claims; `claimDigest`. */
  readonly claims: readonly string[];
}

/** That a record's events were erased, as the audit has it. */
export interface Erasures {
  /**
   * Enters it, for all of the record's events that there are now. Again, it enters the same, or what came since.
   *
   * @throws {WaxsealError} `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`.
   */
  enter(recordId: string, found: ErasedOfRecord): Promise<void>;
}

export interface ErasuresProps {
  readonly dynamo: DynamoSender;
  readonly logTable: string;
  readonly intakeTable: string;
  readonly intake: Intake;
  /** ARN of who erases. */
  readonly actor: string;
  readonly now: () => Date;
  readonly retry?: RetryPolicy;
}

/** An entry of the intake has one event, and one number. */
const FIRST = "000000000001";
const said = erasureAttributes.filter((name) => name !== "recordId" && name !== "eventSeq");
type Said = Pick<IntakeEntry, "at" | "details">;

/**
 * The recorder finds it by its names (`lib/audit/erasure-links.ts`), while the intake has them; the event of one name is
 * always the same, so what was entered once is entered again as it was. What came since is entered beside it.
 */
export function erasuresOf(props: ErasuresProps): Erasures {
  return {
    async enter(recordId, { count, through, claims }) {
      const enter = (intakeId: string, details: Readonly<Record<string, string>>, before: Said | undefined) =>
        props.intake.enter({
          intakeId,
          type: "events_erased",
          at: props.now().toISOString(),
          actor: props.actor,
          caller: "waxseal audit erase",
          details: { recordIds: recordId, count: String(count), through, ...details },
          ...before,
        });
      // Before what deletes is allowed: nobody could say any more what they were.
      for (const { name, details } of claimEntries(claims)) {
        const its = `erased-${recordId}~${name}`;
        await enter(its, details, await entered(props, its));
      }
      const link = await lastLink(recordId, (name) => reentered(props, name, enter), through);
      if (link.through === undefined) await enter(link.name, {}, undefined);
    },
  };
}

/** What was entered by the name, which is in the intake again then. */
async function reentered(
  props: ErasuresProps,
  name: string,
  enter: (name: string, details: Readonly<Record<string, string>>, before: Said) => Promise<void>,
): Promise<Said | undefined> {
  const before = await entered(props, name);
  if (before) await enter(name, {}, before);
  return before;
}

/** What was entered under a name: as the intake still has it, or else the audit. */
async function entered(props: ErasuresProps, intakeId: string): Promise<Said | undefined> {
  const item = (await ofIntake(props, intakeId)) ?? (await ofLog(props, `intake-${intakeId}`));
  if (!item) return undefined;
  return Object.fromEntries(said.flatMap((name) => (name in item ? [[name, item[name]]] : []))) as Said;
}

async function ofIntake(
  { dynamo, intakeTable, retry = patientRetry }: ErasuresProps,
  intakeId: string,
): Promise<RawRecord | undefined> {
  const command = new GetCommand({
    TableName: intakeTable,
    Key: { intakeId },
    ConsistentRead: true,
  });
  return (await repeatable("GetItem (erasure)", () => dynamo.send(command), retry)).Item;
}

async function ofLog(
  { dynamo, logTable, retry = patientRetry }: ErasuresProps,
  recordId: string,
): Promise<RawRecord | undefined> {
  const condition = eventKeyAttributes.map((name) => `#${name} = :${name}`).join(" AND ");
  const projection = said.map((name) => `#${name}`).join(", ");
  const command = new QueryCommand({
    TableName: logTable,
    KeyConditionExpression: condition,
    Select: "SPECIFIC_ATTRIBUTES",
    ProjectionExpression: projection,
    ExpressionAttributeNames: aliases(`${condition} ${projection}`),
    ExpressionAttributeValues: { ":recordId": recordId, ":eventSeq": FIRST },
    ConsistentRead: true,
  });
  return (await repeatable("Query (erasure)", () => dynamo.send(command), retry)).Items?.[0];
}
