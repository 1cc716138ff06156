import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { importReadAttributes, saveAttributes } from "../../../lib/attributes.ts";
import { ImportStore } from "../../../lib/import/import-store.ts";

/** Faults that no emulator makes. */
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1", maxAttempts: 1 }));
const mock = mockClient(client);
const retry = { maxAttempts: 4, longestDelayMs: 1, wait: () => Promise.resolve() };
const store = new ImportStore({ dynamo: client, table: "ProviderKeys", retry });

const address = { ownerId: "owner", slot: "openai/default" };
const at = "2026-11-25T00:00:00.000Z";
const change = { operation: "import", actor: "operator", caller: "c", requestId: "job", at } as const;
const sealed = {
  formatVersion: 1,
  cipherSuite: "A256GCM",
  sealId: "s".repeat(22),
  endpointId: "openai-1",
  iv: Buffer.alloc(12),
  ciphertext: Buffer.alloc(40),
  tag: Buffer.alloc(16),
  wrappedDataKey: Buffer.alloc(100),
  encryptionKeyId: "arn:aws:kms:us-east-1:111122223333:key/1",
  keyMaterialId: "0".repeat(64),
} as const;

const add = () => store.add(address, sealed, "record", change);
const lost = () => Object.assign(new Error("a message that quotes"), { name: "TimeoutError" });
const refused = () => new ConditionalCheckFailedException({ message: "", $metadata: {} });

function isThere(...items: Record<string, unknown>[]) {
  mock.on(QueryCommand).resolves({ Items: items });
}

beforeEach(() => {
  mock.reset();
});

describe("a record that is added", () => {
  test("is as a save leaves it, with the time of its import, and never over another", async () => {
    mock.on(UpdateCommand).resolves({});
    expect(await add()).toBe("imported");
    const { input } = mock.commandCalls(UpdateCommand)[0]!.args[0];
    expect(input.ConditionExpression).toBe("attribute_not_exists(#ownerId)");
    expect(input.ReturnValues).toBe("NONE");
    expect(input.ExpressionAttributeValues).toEqual({
      ...Object.fromEntries(Object.entries(sealed).map(([name, value]) => [`:${name}`, value])),
      ":recordId": "record",
      ":state": "active",
      ":savedAt": at,
      ":importedAt": at,
      ":health": { status: "unknown", checkedAt: at },
      ":useCount": 0,
      ":changeSeq": 1,
      ":lastChange": change,
    });
    const names = Object.values(input.ExpressionAttributeNames ?? {});
    expect(names.filter((name) => !(saveAttributes as readonly string[]).includes(name))).toEqual([]);
  });

  test("where there is one by now is not, and says which", async () => {
    mock.on(UpdateCommand).rejects(refused());
    isThere({ ...address, state: "active", savedAt: at, importedAt: "2026-11-24T00:00:00.000Z" });
    expect(await add()).toBe("alreadyThere");
    isThere({ ...address, state: "active", savedAt: at });
    expect(await add()).toBe("newerHere");
    isThere({ ...address, state: "removed", savedAt: at, importedAt: at });
    expect(await add()).toBe("newerHere");
    isThere();
    expect(await add()).toBe("newerHere");
  });

  test("by a write whose answer was lost is ours, if its time is this import's", async () => {
    mock.on(UpdateCommand).rejectsOnce(lost()).rejects(refused());
    isThere({ ...address, state: "active", savedAt: at, importedAt: at });
    expect(await add()).toBe("imported");
  });

  test("by another at the very same time is not ours: no answer was lost", async () => {
    const throttled = Object.assign(new Error(), { name: "ThrottlingException" });
    mock.on(UpdateCommand).rejectsOnce(throttled).rejects(refused());
    isThere({ ...address, state: "active", savedAt: at, importedAt: at });
    expect(await add()).toBe("alreadyThere");
  });

  test("after a lost answer, and saved since, is newer", async () => {
    mock.on(UpdateCommand).rejectsOnce(lost()).rejects(refused());
    isThere({ ...address, state: "active", savedAt: "2026-11-25T00:00:01.000Z" });
    expect(await add()).toBe("newerHere");
  });

  test("again and again without an answer is an error", async () => {
    mock.on(UpdateCommand).rejects(lost());
    await expect(add()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(mock.commandCalls(UpdateCommand)).toHaveLength(retry.maxAttempts);
  });
});

test("what an owner has is asked by named attributes, page by page", async () => {
  const next = { ownerId: "owner", slot: "google/default" };
  mock
    .on(QueryCommand)
    .resolvesOnce({ Items: [{ ...address, state: "active", importedAt: at }], LastEvaluatedKey: next })
    .resolves({ Items: [{ ...next, state: "active" }] });
  expect([...(await store.present("owner"))]).toEqual([
    ["openai/default", "alreadyThere"],
    ["google/default", "newerHere"],
  ]);
  const { input } = mock.commandCalls(QueryCommand)[1]!.args[0];
  expect(input.ExclusiveStartKey).toEqual(next);
  expect(input.Select).toBe("SPECIFIC_ATTRIBUTES");
  expect(Object.values(input.ExpressionAttributeNames ?? {})).toEqual([...importReadAttributes]);
});
