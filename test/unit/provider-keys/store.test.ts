import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { ProviderKeyStore } from "../../../lib/provider-keys/store.ts";

/** Faults that no emulator makes. */
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1", maxAttempts: 1 }));
const mock = mockClient(client);
const store = new ProviderKeyStore(client, "ProviderKeys");
const address = { ownerId: "owner", slot: "openai/default" };
const change = {
  operation: "remove",
  actor: "a",
  caller: "c",
  requestId: "r",
  at: "2026-11-24T00:00:00.000Z",
} as const;

function fault(name: string): Error {
  return Object.assign(new Error("a message that quotes canary input"), {
    name,
    $metadata: { requestId: "x" },
  });
}

beforeEach(() => {
  mock.reset();
});

describe("a write", () => {
  test.each(["InternalServerError", "TimeoutError", "ECONNRESET"])(
    "whose answer may be lost (%s) is not sent again: it could undo what came between",
    async (name) => {
      mock.on(UpdateCommand).rejects(fault(name));
      const removed = store.remove(address, 1, change);
      await expect(removed).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", aws: { error: name } });
      expect(mock.commandCalls(UpdateCommand)).toHaveLength(1);
    },
  );

  test("that was throttled is sent again", async () => {
    mock.on(UpdateCommand).rejectsOnce(fault("ThrottlingException")).resolves({});
    expect(await store.remove(address, 1, change)).toBe(true);
  });

  test("whose condition did not hold is refused, with the record where it was asked for", async () => {
    const Item = { state: { S: "disabled" } };
    mock.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: "", $metadata: {}, Item }));
    expect(await store.claim(address, { ...change, operation: "use" }, false)).toEqual({
      applied: false,
      record: { state: "disabled" },
    });
  });

  test("raises changeSeq and leaves lastChange, each time", async () => {
    mock.on(UpdateCommand).resolves({});
    await store.remove(address, 1, change);
    const [call] = mock.commandCalls(UpdateCommand);
    expect(call?.args[0].input.UpdateExpression).toMatch(
      /#lastChange = :lastChange.* ADD #changeSeq :changeSeq/,
    );
    expect(call?.args[0].input.ExpressionAttributeValues).toMatchObject({
      ":changeSeq": 1,
      ":lastChange": change,
    });
  });
});

test("a failed read is tried again, a refused one is not", async () => {
  mock.on(QueryCommand).rejectsOnce(fault("InternalServerError")).resolves({ Items: [] });
  expect(await store.listStatus({ ownerId: "owner" })).toEqual([]);
  mock.reset();
  mock.on(QueryCommand).rejects(fault("AccessDeniedException"));
  await expect(store.listStatus({ ownerId: "owner" })).rejects.toMatchObject({
    code: "ACCESS_DENIED_BY_AWS",
  });
  expect(mock.commandCalls(QueryCommand)).toHaveLength(1);
});
