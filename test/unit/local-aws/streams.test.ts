/** DynamoDB Developer Guide, "Change data capture for DynamoDB Streams"; and what a folder keeps of them. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callersOf } from "../../../local/aws/caller.ts";
import { shardIds } from "../../../local/aws/dynamodb/shards.ts";
import { startDynamoDb, type DynamoDb } from "../../../local/aws/dynamodb/start.ts";
import { streamArnOf, type StreamRecord } from "../../../local/aws/dynamodb/stream-record.ts";
import type { AwsService, JsonObject } from "../../../local/aws/protocol.ts";
import { emptyStack, tableResource } from "../../contract/stack.ts";

const table = tableResource("ProviderKeys");
const caller = callersOf(emptyStack).identify("AWS4-HMAC-SHA256 Credential=AKIAANY/x");

let folder: string;
let now: Date;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-streams-"));
  now = new Date("2026-11-25T10:00:00Z");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function during<Value>(work: (dynamoDb: DynamoDb) => Promise<Value>): Promise<Value> {
  const paths = { store: join(folder, "dynamodb"), streams: join(folder, "streams.jsonl") };
  const dynamoDb = await startDynamoDb([table], () => now, paths);
  try {
    return await work(dynamoDb);
  } finally {
    await dynamoDb.close();
  }
}

function call(service: AwsService, operation: string, input: JsonObject): Promise<JsonObject> {
  const from = { requestId: "r", userAgent: "", sourceIpAddress: "" };
  return service.call({ caller, operation, input, ...from });
}

const write = (dynamoDb: DynamoDb, owner: string, n: number, more: JsonObject = {}) =>
  call(dynamoDb.service, "PutItem", {
    TableName: table.tableName,
    Item: { owner: { S: owner }, slot: { S: "a" }, n: { N: String(n) } },
    ...more,
  });

/** All there are, shard by shard. */
async function records({ streams }: DynamoDb): Promise<StreamRecord[][]> {
  return Promise.all(
    shardIds.map(async (ShardId) => {
      const start = { StreamArn: streamArnOf(table.arn), ShardId, ShardIteratorType: "TRIM_HORIZON" };
      const { ShardIterator } = await call(streams.service, "GetShardIterator", start);
      const { Records } = await call(streams.service, "GetRecords", { ShardIterator });
      return Records as StreamRecord[];
    }),
  );
}

const values = (some: readonly StreamRecord[]) =>
  some.map(({ dynamodb }) => (dynamodb["NewImage"] as { n?: { N: string } } | undefined)?.n?.N);
const sequencesOf = (some: readonly StreamRecord[]) => some.map(({ dynamodb }) => dynamodb.SequenceNumber);

test("partition keys are spread over the shards, and no sequence number is there twice", async () => {
  await during(async (dynamoDb) => {
    for (let n = 0; n < 40; n++) await write(dynamoDb, `owner ${String(n % 20)}`, n);
    const shards = await records(dynamoDb);
    expect(shards.every((some) => some.length > 0)).toBe(true);
    for (const some of shards) expect(sequencesOf(some)).toEqual(sequencesOf(some).sort());
    expect(new Set(shards.flatMap(sequencesOf)).size).toBe(40);
  });
});

test("a shard that there is not has no iterator", async () => {
  await during(async ({ streams }) => {
    const start = { StreamArn: streamArnOf(table.arn), ShardId: "shardId-1", ShardIteratorType: "LATEST" };
    const asked = call(streams.service, "GetShardIterator", start);
    await expect(asked).rejects.toHaveProperty("code", "ResourceNotFoundException");
  });
});

test("an answer has a thousand records at most, or a megabyte", async () => {
  await during(async (dynamoDb) => {
    const blob = { B: Buffer.alloc(200_000).toString("base64") };
    const Item = (n: number) => ({ owner: { S: "ada" }, slot: { S: "a" }, n: { N: String(n) }, blob });
    for (let n = 1; n <= 4; n++)
      await call(dynamoDb.service, "PutItem", { TableName: table.tableName, Item: Item(n) });
    expect(values((await records(dynamoDb)).flat())).toEqual(["1", "2"]);
  });
});

test("what a folder keeps is there after a restart, for a day, and new numbers are higher", async () => {
  await during((dynamoDb) => write(dynamoDb, "ada", 1));
  now = new Date("2026-11-26T09:00:00Z");
  const both = await during(async (dynamoDb) => {
    await write(dynamoDb, "ada", 2);
    return (await records(dynamoDb)).flat();
  });
  expect(values(both)).toEqual(["1", "2"]);
  expect(sequencesOf(both)).toEqual(sequencesOf(both).sort());
  now = new Date("2026-11-26T10:00:00Z");
  await during(async (dynamoDb) => expect(values((await records(dynamoDb)).flat())).toEqual(["2"]));
  expect(readFileSync(join(folder, "streams.jsonl"), "utf8").match(/"entry"/g)).toHaveLength(1);
});

test("with a clock that went back numbers rise all the same", async () => {
  await during((dynamoDb) => write(dynamoDb, "ada", 1));
  now = new Date("2026-11-25T09:00:00Z");
  const both = await during(async (dynamoDb) => {
    await write(dynamoDb, "ada", 2);
    return (await records(dynamoDb)).flat();
  });
  expect(values(both)).toEqual(["1", "2"]);
  expect(sequencesOf(both)).toEqual(sequencesOf(both).sort());
});

/** As a process leaves it that is killed between a write and its record. */
function expectWrite(owner: string, before?: number): void {
  const primaryKey = { owner: { S: owner }, slot: { S: "a" } };
  const image = { ...primaryKey, n: { N: String(before) } };
  const expected = { tableName: table.tableName, primaryKey, ...(before !== undefined && { before: image }) };
  appendFileSync(join(folder, "streams.jsonl"), `${JSON.stringify({ expected })}\n`);
}

test("a write whose record a kill cut off is in the stream after the next start, once", async () => {
  await during(async (dynamoDb) => {
    for (const [owner, n] of [
      ["ada", 1],
      ["ada", 2],
      ["bob", 5],
    ] as const)
      await write(dynamoDb, owner, n);
  });
  // Records of Ada's second and Bob's only write are taken out again.
  rmSync(join(folder, "streams.jsonl"));
  expectWrite("ada", 1);
  expectWrite("bob");
  for (let restart = 0; restart < 2; restart++) {
    await during(async (dynamoDb) => {
      const found = (await records(dynamoDb)).flat();
      const told = found.map(({ eventName, dynamodb }) => [eventName, dynamodb.Keys["owner"]?.["S"]]);
      expect(told.sort()).toEqual([
        ["INSERT", "bob"],
        ["MODIFY", "ada"],
      ]);
    });
  }
});

test("a write that a kill prevented makes no record, nor does one that failed", async () => {
  await during(async (dynamoDb) => {
    await write(dynamoDb, "ada", 1);
    const failing = { ConditionExpression: "attribute_not_exists(n)" };
    await expect(write(dynamoDb, "ada", 2, failing)).rejects.toHaveProperty(
      "code",
      "ConditionalCheckFailedException",
    );
  });
  expectWrite("ada", 1);
  await during(async (dynamoDb) => expect(values((await records(dynamoDb)).flat())).toEqual(["1"]));
});
