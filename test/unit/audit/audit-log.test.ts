import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { auditLog } from "../../../lib/audit/audit-log.ts";
import type { AuditEvent } from "../../../lib/audit/event.ts";

const event: AuditEvent = {
  ...{ schemaVersion: 1, recordId: "intake-1", eventSeq: "000000000001", type: "audit_read" },
  ...{ at: "2026-11-25T10:00:00.000Z", details: { of: "everything" } },
};
const noWait = { maxAttempts: 3, longestDelayMs: 0, wait: () => Promise.resolve() };

function log() {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return { dynamo: mockClient(dynamo), writer: auditLog(dynamo, "AuditLog", noWait) };
}

/** What is there already. */
function there(item: object): ConditionalCheckFailedException {
  return new ConditionalCheckFailedException({ $metadata: {}, message: "", Item: marshall(item) });
}

test("an event is put under the condition that there is none of its name, and nothing beside its members", async () => {
  const { dynamo, writer } = log();
  dynamo.on(PutCommand).resolves({});
  expect(await writer.put(event)).toBe("written");
  expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
    ...{ TableName: "AuditLog", Item: event, ConditionExpression: "attribute_not_exists(#recordId)" },
    ExpressionAttributeNames: { "#recordId": "recordId" },
  });
});

test("the same event that is there is written, also when it is to expire", async () => {
  for (const item of [event, { ...event, purgeAt: 1_900_000_000 }]) {
    const { dynamo, writer } = log();
    dynamo.on(PutCommand).rejects(there(item));
    expect(await writer.put(event)).toBe("written");
  }
});

test("another event of its name is a conflict: one that has more, one that has less, one that cannot be read", async () => {
  const { details: _details, ...less } = event as AuditEvent & { details: unknown };
  for (const item of [{ ...event, actor: "a" }, less, {}]) {
    const { dynamo, writer } = log();
    dynamo.on(PutCommand).rejects(there(item));
    expect(await writer.put(event)).toBe("conflict");
  }
  const { dynamo, writer } = log();
  const unreadable = there({});
  Object.assign(unreadable, { Item: { at: { N: "9".repeat(60) } } });
  dynamo.on(PutCommand).rejects(unreadable);
  expect(await writer.put(event)).toBe("conflict");
});

test("after a lost answer it is put again: the condition lets it be there once", async () => {
  const { dynamo, writer } = log();
  dynamo.on(PutCommand).rejectsOnce(new Error("socket hang up")).rejects(there(event));
  expect(await writer.put(event)).toBe("written");
});

test("a table that does not answer is an outage, and a missing permission is told apart", async () => {
  const { dynamo, writer } = log();
  dynamo.on(PutCommand).rejects(new Error("socket hang up"));
  await expect(writer.put(event)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  dynamo.on(PutCommand).rejects(Object.assign(new Error("denied"), { name: "AccessDeniedException" }));
  await expect(writer.put(event)).rejects.toMatchObject({ code: "ACCESS_DENIED_BY_AWS" });
});
