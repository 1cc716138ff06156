import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { DynamoSender } from "../provider-keys/store.ts";
import { refusalOf, repeatable } from "../provider-keys/store-failures.ts";
import type { IntakeType } from "./event.ts";

/** What is no change of a record, to become an event. */
export interface IntakeEntry {
  /** Random; or, of what may be seen twice, made of what was seen: then it is entered once. */
  readonly intakeId: string;
  readonly type: IntakeType;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly ownerId?: string;
  readonly actor?: string;
  readonly caller?: string;
  readonly requestId?: string;
  /** Short strings by name; none of them is free text of a request. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface Intake {
  /**
   * Enters it; one whose id is there already is left as it is.
   *
   * @throws {WaxsealError} `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`.
   */
  enter(entry: IntakeEntry): Promise<void>;
}

/** The recorder has it within seconds; the stream has it for a day. */
const KEPT_DAYS = 14;

/** The `AuditIntake` table. */
export function intakeTable(dynamo: DynamoSender, table: string): Intake {
  return {
    async enter(entry) {
      const purgeAt = Math.floor(Date.parse(entry.at) / 1000) + KEPT_DAYS * 86_400;
      const command = new PutCommand({
        TableName: table,
        Item: { ...entry, purgeAt },
        ConditionExpression: "attribute_not_exists(#intakeId)",
        ExpressionAttributeNames: { "#intakeId": "intakeId" },
        // Said, since the writers' policies ask for it.
        ReturnValues: "NONE",
      });
      await repeatable("PutItem (intake)", () => dynamo.send(command)).catch((error: unknown) => {
        if (!refusalOf(error)) throw error;
      });
    },
  };
}
