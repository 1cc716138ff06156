import { ConditionalCheckFailedException, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { repeatable } from "../provider-keys/store-failures.ts";
import type { DynamoSender } from "../provider-keys/write-record.ts";
import type { RetryPolicy } from "../retry.ts";
import { hashOf } from "./canonical.ts";
import type { AuditEvent } from "./event.ts";

/** What a recorder does with the audit log. */
export interface EventWriter {
  /**
   * Puts an event where there is none of its name.
   *
   * @returns `written`, also where the same event is there; `conflict` where another has its name.
   * @throws {WaxsealError} `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`.
   */
  put(event: AuditEvent): Promise<"written" | "conflict">;
}

/** The `AuditLog` table. An event is written once and never over another, so it may be sent again. */
export function auditLog(dynamo: DynamoSender, table: string, retry?: RetryPolicy): EventWriter {
  return {
    async put(event) {
      const command = new PutCommand({
        TableName: table,
        Item: event,
        ConditionExpression: "attribute_not_exists(#recordId)",
        ExpressionAttributeNames: { "#recordId": "recordId" },
        ReturnValues: "NONE",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      try {
        await repeatable("PutItem (event)", () => dynamo.send(command), retry);
        return "written";
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return isSame(error.Item ?? {}, event) ? "written" : "conflict";
      }
    },
  };
}

/** When it is to expire is no part of an event. What cannot even be read is another. */
function isSame(item: Record<string, AttributeValue>, event: AuditEvent): boolean {
  try {
    const { purgeAt: _expiry, ...stored } = unmarshall(item);
    return hashOf(stored) === hashOf(event);
  } catch {
    return false;
  }
}
