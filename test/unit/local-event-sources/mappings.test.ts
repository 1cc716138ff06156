/** Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB"; the streams are the emulated ones. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { callersOf } from "../../../local/aws/caller.ts";
import { startDynamoDb } from "../../../local/aws/dynamodb/start.ts";
import { EventSourceMappings } from "../../../local/event-sources/mappings.ts";
import type { MappingServices } from "../../../local/event-sources/services.ts";
import type { EventSourceMappingResource } from "../../../local/stack.ts";
import { emptyStack } from "../../contract/stack.ts";
import { mappingResource, table } from "./toy-mapping.ts";

interface Delivered {
  readonly eventName: string;
  readonly eventSourceARN: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: { readonly owner: { S: string }; readonly slot: { S: string } };
    readonly NewImage?: { readonly n?: { N: string } };
  };
}
type Handler = (records: Delivered[], kill?: AbortSignal) => unknown;

const caller = callersOf(emptyStack).identify("AWS4-HMAC-SHA256 Credential=AKIAANY/x");

async function system(
  handler: Handler,
  settings: Partial<EventSourceMappingResource> = {},
  more: Partial<MappingServices> = {},
  paths?: { store: string; streams: string },
) {
  const dynamoDb = await startDynamoDb([table], () => new Date(), paths);
  const batches: Delivered[][] = [];
  const objects: { bucket: string; name: string; body: string }[] = [];
  const mappings = new EventSourceMappings({
    streams: dynamoDb.streams,
    callerOf: () => caller,
    async invoke(_functionArn, event, kill) {
      const { Records } = event as { Records: Delivered[] };
      batches.push(Records);
      return handler(Records, kill);
    },
    putObject: (_mapping, bucket, name, body) => void objects.push({ bucket, name, body }),
    now: () => new Date(),
    ...more,
  });
  const deploy = (...changed: Partial<EventSourceMappingResource>[]) =>
    mappings.deploy({ ...emptyStack, eventSourceMappings: changed.map(mappingResource) });
  const call = (operation: string, input: object) =>
    dynamoDb.service.call({
      caller,
      operation,
      input: { TableName: table.tableName, ...input },
      requestId: "r",
      userAgent: "",
      sourceIpAddress: "",
    });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await mappings.close();
    await dynamoDb.close();
  };
  onTestFinished(close);
  return {
    batches,
    objects,
    mappings,
    deploy,
    close,
    start: () => deploy(settings),
    put: (owner: string, slot: string, n: number) =>
      call("PutItem", { Item: { owner: { S: owner }, slot: { S: slot }, n: { N: String(n) } } }),
    remove: (owner: string, slot: string) =>
      call("DeleteItem", { Key: { owner: { S: owner }, slot: { S: slot } } }),
  };
}

const valueOf = ({ dynamodb }: Delivered) => Number(dynamodb.NewImage?.n?.N);
const itemOf = ({ dynamodb: { Keys } }: Delivered) => `${Keys.owner.S} ${Keys.slot.S}`;

/** By item, what was delivered of it, in order. */
function byItem(batches: Delivered[][]): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const record of batches.flat()) (found[itemOf(record)] ??= []).push(valueOf(record));
  return found;
}

test("a record reaches the function as Lambda delivers it", async () => {
  const { start, put, remove, mappings, batches } = await system(() => null);
  start();
  await put("ada", "a", 1);
  await remove("ada", "a");
  await mappings.settled();
  const common = {
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-1",
    eventSourceARN: mappingResource().streamArn,
  };
  const image = { owner: { S: "ada" }, slot: { S: "a" }, n: { N: "1" } };
  const data = {
    ApproximateCreationDateTime: expect.any(Number) as number,
    Keys: { owner: { S: "ada" }, slot: { S: "a" } },
    SequenceNumber: expect.stringMatching(/^\d{21,40}$/) as string,
    SizeBytes: expect.any(Number) as number,
    StreamViewType: "NEW_AND_OLD_IMAGES",
  };
  expect(batches.flat()).toEqual([
    { ...common, eventName: "INSERT", dynamodb: { ...data, NewImage: image } },
    { ...common, eventName: "REMOVE", dynamodb: { ...data, OldImage: image } },
  ]);
});

test("every change is delivered once, each item's in order, none while an earlier one is under way", async () => {
  const underWay = new Set<string>();
  const overlapping: string[] = [];
  const { start, put, mappings, batches } = await system(
    async (records) => {
      const items = [...new Set(records.map(itemOf))];
      overlapping.push(...items.filter((item) => underWay.has(item)));
      for (const item of items) underWay.add(item);
      await sleep(Math.random() * 5);
      for (const item of items) underWay.delete(item);
      return null;
    },
    { parallelizationFactor: 5, batchSize: 7 },
  );
  const items = Array.from(
    { length: 24 },
    (_, i) => [`owner ${String(i % 6)}`, `slot ${String(i)}`] as const,
  );
  // All of it is there before the first is read, so that lanes have something to get ahead with.
  for (let n = 1; n <= 10; n++) await Promise.all(items.map(([owner, slot]) => put(owner, slot, n)));
  start();
  await mappings.settled();
  const inOrder = Array.from({ length: 10 }, (_, i) => i + 1);
  expect(byItem(batches)).toEqual(Object.fromEntries(items.map((item) => [item.join(" "), inOrder])));
  expect(overlapping).toEqual([]);
  expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(7);
});

test("a batch holds back its shard, but with several lanes not the other items", async () => {
  const running = { most: 0, now: 0 };
  let together: () => void = () => undefined;
  const areTwo = new Promise<void>((resolve) => (together = resolve));
  let isParallel = false;
  const { deploy, put, mappings } = await system(async () => {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    if (running.now > 1) together();
    await (isParallel ? areTwo : sleep(5));
    running.now -= 1;
    return null;
  });
  const puts = (n: number) =>
    Promise.all(Array.from({ length: 12 }, (_, i) => put("ada", `slot ${String(i)}`, n)));
  deploy({ batchSize: 1 });
  await puts(1);
  await mappings.settled();
  expect(running.most).toBe(1);
  isParallel = true;
  deploy({ batchSize: 1, parallelizationFactor: 10 });
  await puts(2);
  await mappings.settled();
  expect(running.most).toBeGreaterThan(1);
});

test("TRIM_HORIZON begins with the oldest record, LATEST with what comes", async () => {
  const { deploy, put, mappings, batches } = await system(() => null);
  await put("ada", "a", 1);
  deploy({ uuid: "latest", startingPosition: "LATEST" });
  await mappings.settled();
  expect(batches).toEqual([]);
  deploy({ uuid: "latest", startingPosition: "LATEST" }, { uuid: "horizon" });
  await mappings.settled();
  await put("ada", "a", 2);
  await mappings.settled();
  expect(batches.flat().map(valueOf).sort()).toEqual([1, 2, 2]);
});

test("records that no filter matches are passed over, and are done with", async () => {
  const filters = [
    { eventName: ["MODIFY"], dynamodb: { NewImage: { n: { N: ["2", "4"] } } } },
    { eventName: ["REMOVE"] },
  ];
  const { start, put, remove, mappings, batches } = await system(() => null, { filters });
  start();
  for (let n = 1; n <= 4; n++) await put("ada", "a", n);
  await remove("ada", "a");
  await mappings.settled();
  expect(batches.flat().map(({ eventName, dynamodb }) => [eventName, dynamodb.NewImage?.n?.N])).toEqual([
    ["MODIFY", "2"],
    ["MODIFY", "4"],
    ["REMOVE", undefined],
  ]);
});

test("what is given up goes to the bucket, under its documented name, with the whole event", async () => {
  const { start, put, mappings, objects, batches } = await system(
    () => {
      throw new Error("always");
    },
    { maxRetries: 1, onFailureBucket: "failures" },
  );
  start();
  await put("ada", "a", 1);
  await mappings.settled();
  expect(batches).toHaveLength(2);
  const [object] = objects;
  expect(objects).toHaveLength(1);
  expect(object?.bucket).toBe("failures");
  expect(object?.name).toMatch(
    /^aws\/lambda\/01234567-89ab-8def-8123-456789abcdef\/shardId-\d{20}-\d{8}\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
  );
  const sequence = batches[0]?.[0]?.dynamodb.SequenceNumber;
  expect(JSON.parse(object?.body ?? "")).toEqual({
    requestContext: {
      requestId: expect.any(String) as string,
      functionArn: mappingResource().functionArn,
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    version: "1.0",
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    DDBStreamBatchInfo: {
      shardId: object?.name.split("/")[3],
      startSequenceNumber: sequence,
      endSequenceNumber: sequence,
      approximateArrivalOfFirstRecord: expect.stringMatching(/:\d\dZ$/) as string,
      approximateArrivalOfLastRecord: expect.stringMatching(/:\d\dZ$/) as string,
      batchSize: 1,
      streamArn: mappingResource().streamArn,
    },
    payload: JSON.stringify({ Records: batches[0] }),
  });
});

test("on purpose a batch is delivered twice, or its function is killed; it is delivered again then", async () => {
  const killed: boolean[] = [];
  const { start, put, mappings, batches } = await system(
    (_records, kill) =>
      new Promise((resolve, reject) => {
        kill?.addEventListener("abort", () => {
          killed.push(true);
          reject(new Error("killed"));
        });
        if (!kill) resolve(null);
      }),
    {},
    {
      faults: ({ attempt }) => (attempt === 1 ? { killAfterMs: 1 } : attempt === 2 ? { deliveries: 2 } : {}),
    },
  );
  start();
  await put("ada", "a", 1);
  await mappings.settled();
  expect(killed).toEqual([true]);
  expect(batches.flat().map(valueOf)).toEqual([1, 1, 1]);
});

test("on purpose a batch is delivered once more, late and out of order, and a kill comes when the test says so", async () => {
  const killing = new AbortController();
  let attempts = 0;
  const { start, put, mappings, batches } = await system(
    async (_records, kill) => {
      if (!kill) return null;
      killing.abort();
      throw new Error("killed");
    },
    { batchSize: 1 },
    {
      faults: ({ events, attempt }) => {
        attempts += 1;
        const isFirst = valueOf(events[0] as unknown as Delivered) === 1;
        if (attempt === 1 && isFirst) return { againAfterMs: 300, kill: killing.signal };
        return undefined;
      },
    },
  );
  start();
  for (let n = 1; n <= 3; n++) await put("ada", "a", n);
  await mappings.settled();
  expect(killing.signal.aborted).toBe(true);
  expect([attempts, byItem(batches)["ada a"]]).toEqual([4, [1, 1, 2, 3, 1]]);
});

test("a deployment changes a mapping under way: nothing is lost, and nothing that is done is repeated", async () => {
  const { deploy, put, mappings, batches } = await system(async () => {
    await sleep(10);
    return null;
  });
  deploy({ batchSize: 2 });
  for (let n = 1; n <= 5; n++) await put("ada", "a", n);
  deploy({ batchSize: 3 });
  for (let n = 6; n <= 9; n++) await put("ada", "a", n);
  await mappings.settled();
  expect(byItem(batches)).toEqual({ "ada a": [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  deploy();
  await put("ada", "a", 10);
  await mappings.settled();
  deploy({ batchSize: 3 });
  await mappings.settled();
  expect(byItem(batches)["ada a"]?.slice(-2)).toEqual([9, 10]);
});

test("after a restart every change is delivered, and what was done before is not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waxseal-mappings-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const paths = { store: join(folder, "dynamodb"), streams: join(folder, "streams.jsonl") };
  const kept = { file: join(folder, "mappings.jsonl") };
  let isFailing = false;
  const handler = () => {
    if (isFailing) throw new Error("down");
    return null;
  };
  const first = await system(handler, { startingPosition: "LATEST" }, kept, paths);
  first.start();
  await first.put("ada", "a", 1);
  await first.mappings.settled();
  isFailing = true;
  await first.put("ada", "a", 2);
  await first.put("bob", "a", 2);
  await first.close();
  isFailing = false;
  const second = await system(handler, { startingPosition: "LATEST" }, kept, paths);
  second.start();
  await second.put("ada", "a", 3);
  await second.mappings.settled();
  expect(byItem(second.batches)).toEqual({ "ada a": [2, 3], "bob a": [2] });
});

test("closing waits for the batch under way, and begins no other", async () => {
  let ended = 0;
  const { start, put, close, batches } = await system(
    async () => {
      await sleep(50);
      ended += 1;
      return null;
    },
    { batchSize: 1 },
  );
  start();
  await put("ada", "a", 1);
  await put("ada", "a", 2);
  while (batches.length === 0) await sleep(1);
  await close();
  expect([batches.length, ended]).toEqual([1, 1]);
});
