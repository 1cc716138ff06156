/** DynamoDB Developer Guide, "How it works: DynamoDB Time to Live (TTL)" and "DynamoDB Streams and Time to Live". */
import { afterEach, beforeEach, expect, test } from "vitest";
import { callersOf } from "../../../local/aws/caller.ts";
import { pauseAfterSweep, startDynamoDb, type DynamoDb } from "../../../local/aws/dynamodb/start.ts";
import { startBackend } from "../../../local/aws/dynamodb/backend.ts";
import { StreamLog } from "../../../local/aws/dynamodb/stream-log.ts";
import { streamArnOf } from "../../../local/aws/dynamodb/stream-record.ts";
import { Tables } from "../../../local/aws/dynamodb/tables.ts";
import { sweepExpired } from "../../../local/aws/dynamodb/ttl.ts";
import { Writer } from "../../../local/aws/dynamodb/writer.ts";
import type { AwsService, JsonObject } from "../../../local/aws/protocol.ts";
import { emptyStack, tableResource } from "../../contract/stack.ts";

const table = tableResource("ProviderKeys");
const seconds = 1_800_000_000;
const caller = callersOf(emptyStack).identify("AWS4-HMAC-SHA256 Credential=AKIAANY/x");

let dynamoDb: DynamoDb;
beforeEach(async () => {
  dynamoDb = await startDynamoDb([table], () => new Date(seconds * 1000));
});
afterEach(() => dynamoDb.close());

function call(service: AwsService, operation: string, input: JsonObject): Promise<JsonObject> {
  return service.call({
    caller,
    operation,
    input,
    requestId: "r",
    userAgent: "",
    sourceIpAddress: "127.0.0.1",
  });
}

const put = (slot: string, purgeAt?: object) =>
  call(dynamoDb.service, "PutItem", {
    TableName: table.tableName,
    Item: { owner: { S: "ada" }, slot: { S: slot }, ...(purgeAt ? { purgeAt } : {}) },
  });

async function slotsLeft(): Promise<unknown[]> {
  const { Items } = await call(dynamoDb.service, "Scan", { TableName: table.tableName });
  return (Items as { slot: { S: string } }[]).map(({ slot }) => slot.S).sort();
}

async function records(): Promise<JsonObject[]> {
  const StreamArn = streamArnOf(table.arn);
  const streams = dynamoDb.streams.service;
  const { StreamDescription } = await call(streams, "DescribeStream", { StreamArn });
  const found: JsonObject[] = [];
  for (const { ShardId } of (StreamDescription as { Shards: { ShardId: string }[] }).Shards) {
    const start = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
    const { ShardIterator } = await call(streams, "GetShardIterator", start);
    found.push(...((await call(streams, "GetRecords", { ShardIterator }))["Records"] as JsonObject[]));
  }
  return found;
}

test("the sweep deletes what has expired, by at most five years, and nothing else", async () => {
  await put("expired", { N: String(seconds - 1) });
  await put("not yet", { N: String(seconds + 1) });
  await put("long ago", { N: String(seconds - 6 * 365 * 86_400) });
  await put("no number", { S: String(seconds - 1) });
  await put("no expiry");
  await dynamoDb.sweep();
  expect(await slotsLeft()).toEqual(["long ago", "no expiry", "no number", "not yet"]);
});

test("small tables are swept every five seconds, large ones for two percent of the time", () => {
  expect(pauseAfterSweep(1)).toBe(5_000);
  expect(pauseAfterSweep(10_000)).toBe(500_000);
});

test("an expiry is a REMOVE by DynamoDB itself, with the old image; a caller's delete names nobody", async () => {
  const Key = { owner: { S: "ada" }, slot: { S: "deleted" } };
  await put("expired", { N: String(seconds - 1) });
  await put("deleted");
  await dynamoDb.sweep();
  await call(dynamoDb.service, "DeleteItem", { TableName: table.tableName, Key });
  const [expired, deleted] = (await records()).filter(({ eventName }) => eventName === "REMOVE");
  expect(expired).toMatchObject({
    userIdentity: { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" },
    dynamodb: { OldImage: { slot: { S: "expired" }, purgeAt: { N: String(seconds - 1) } } },
  });
  expect(deleted).not.toHaveProperty("userIdentity");
});

test("DescribeTimeToLive names the attribute", async () => {
  const answer = await call(dynamoDb.service, "DescribeTimeToLive", { TableName: table.tableName });
  expect(answer).toEqual({
    TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: "purgeAt" },
  });
});

test("an item that is written anew between being found and being deleted is kept", async () => {
  const backend = await startBackend();
  const tables = new Tables(backend);
  await tables.deploy([table]);
  const Key = { owner: { S: "ada" }, slot: { S: "saved again" } };
  const putItem = (more: object) =>
    backend.call("PutItem", { TableName: table.tableName, Item: { ...Key, ...more } });
  await putItem({ purgeAt: { N: String(seconds - 1) } });
  const interrupted = {
    ...backend,
    async call(operation: string, input: JsonObject) {
      const reply = await backend.call(operation, input);
      if (operation === "Scan") await putItem({ state: { S: "active" } });
      return reply;
    },
  };
  const now = new Date(seconds * 1000);
  await sweepExpired(tables, interrupted, new Writer(backend, new StreamLog(() => now)), now);
  const { body } = await backend.call("GetItem", { TableName: table.tableName, Key });
  expect(body["Item"]).toEqual({ ...Key, state: { S: "active" } });
  await backend.close();
});

test("the store behind DynamoDB answers nobody but its front", async () => {
  const backend = await startBackend();
  const headers = { "content-type": "application/json", "x-amz-target": "DynamoDB_20120810.ListTables" };
  const authorization = "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c";
  const url = `http://127.0.0.1:${backend.port}/`;
  const answers = await Promise.all([
    fetch(url, {
      method: "POST",
      body: "{}",
      headers: { ...headers, authorization, "x-amz-date": "20260101T000000Z" },
    }),
    fetch(url, { method: "OPTIONS", headers: { origin: "https://evil.example" } }),
    fetch(url),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  await backend.close();
});
