import { BatchGetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { WaxsealError } from "../errors.ts";
import { refusalOf, repeatable } from "../provider-keys/store-failures.ts";
import type { DynamoSender, RawRecord } from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";

/** The audit log, as far as the expiry of events needs it. */
export interface ExpiringLog {
  /** Those that are there, in any order. @param eventIds - `<recordId>/<eventSeq>` */
  read(eventIds: readonly string[]): Promise<readonly LoggedEvent[]>;
  /** Has it expire, unless it does already or is not there. @param purgeAt - seconds since 1970. */
  expire(eventId: string, purgeAt: number): Promise<void>;
}

export interface LoggedEvent {
  readonly eventId: string;
  /** Without `purgeAt`, which is no part of it. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly purgeAt: unknown;
}

/** DynamoDB, "BatchGetItem": at most 100 items. */
const BATCH = 100;
/** DynamoDB answers a part where it has no time for all; so often nothing at all is an outage. */
const MOST_EMPTY = 10;

/** The `AuditLog` table. Throws `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`. */
export function expiringLog(
  dynamo: DynamoSender,
  table: string,
  retry: RetryPolicy = patientRetry,
): ExpiringLog {
  return {
    async read(eventIds) {
      const found: LoggedEvent[] = [];
      for (let from = 0; from < eventIds.length; from += BATCH) {
        let wanted: RawRecord[] = eventIds.slice(from, from + BATCH).map(addressOf);
        for (let empty = 0; wanted.length > 0;) {
          const request = { RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } };
          const answer = await repeatable(
            "BatchGetItem (expiry)",
            () => dynamo.send(new BatchGetCommand(request)),
            retry,
          );
          const items = answer.Responses?.[table] ?? [];
          found.push(...items.map(logged));
          wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
          empty = items.length > 0 ? 0 : empty + 1;
          if (empty === MOST_EMPTY && wanted.length > 0) throw new WaxsealError("STORE_UNAVAILABLE");
        }
      }
      return found;
    },
    async expire(eventId, purgeAt) {
      const command = new UpdateCommand({
        TableName: table,
        Key: addressOf(eventId),
        UpdateExpression: "SET #purgeAt = :purgeAt",
        // Its own attribute alone is named: the role may name no other.
        ConditionExpression: "attribute_exists(#recordId) AND attribute_not_exists(#purgeAt)",
        ExpressionAttributeNames: { "#purgeAt": "purgeAt", "#recordId": "recordId" },
        ExpressionAttributeValues: { ":purgeAt": purgeAt },
        ReturnValues: "NONE",
      });
      await repeatable("UpdateItem (expiry)", () => dynamo.send(command), retry).catch((error: unknown) => {
        if (!refusalOf(error)) throw error;
      });
    },
  };
}

function logged({ purgeAt, ...event }: RawRecord): LoggedEvent {
  const { recordId, eventSeq } = event;
  return { eventId: `${String(recordId)}/${String(eventSeq)}`, event, purgeAt };
}

function addressOf(eventId: string): { recordId: string; eventSeq: string } {
  const slash = eventId.lastIndexOf("/");
  return { recordId: eventId.slice(0, slash), eventSeq: eventId.slice(slash + 1) };
}
