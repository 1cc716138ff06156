/** One contract, held by the table at the local endpoint and by the memory that other tests use. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pendingIndex } from "../../../lib/audit-attributes.ts";
import { entryOf, ranks, type LedgerEntry } from "../../../lib/witness/ledger-entry.ts";
import { ledgerTable } from "../../../lib/witness/ledger-table.ts";
import type { FileRead, TrailLedger } from "../../../lib/witness/ledger.ts";
import type { Judgement } from "../../../lib/witness/verdict.ts";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { emptyStack, tableResource } from "../../contract/stack.ts";
import { MemoryLedger } from "../../support/memory-ledger.ts";
import { call, useId } from "./calls.ts";

const resource = tableResource("TrailLedger");
const [shard, seenAt] = pendingIndex.keys;
const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" as const });
const table = {
  ...resource,
  keySchema: [
    { AttributeName: "witnessId", KeyType: "HASH" as const },
    { AttributeName: "entryId", KeyType: "RANGE" as const },
  ],
  attributeDefinitions: ["witnessId", "entryId", shard, seenAt].map(text),
  globalSecondaryIndexes: [
    {
      IndexName: pendingIndex.indexName,
      KeySchema: [
        { AttributeName: shard, KeyType: "HASH" as const },
        { AttributeName: seenAt, KeyType: "RANGE" as const },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" as const },
    },
  ],
};

let endpoint: AwsEndpoint;
let dynamo: DynamoDBDocumentClient;
const now = new Date("2026-11-25T10:05:00.000Z");

beforeAll(async () => {
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, tables: [table] }, port: 0 });
  const credentials = { accessKeyId: "AKIAADMINISTRATOR", secretAccessKey: "local" };
  const client = new DynamoDBClient({
    region: "us-east-1",
    endpoint: endpoint.url,
    credentials,
    maxAttempts: 1,
  });
  dynamo = DynamoDBDocumentClient.from(client);
});
afterAll(async () => {
  dynamo.destroy();
  await endpoint.close();
});

const pending: Judgement = {
  status: "pending",
  otherwise: { status: "unaccounted", reason: "no_such_claim", level: "ticket" },
};
const explained: Judgement = { status: "explained", reason: "claim" };
const reported: Judgement = { status: "unaccounted", reason: "no_such_claim", level: "ticket" };
const repeated: Judgement = { status: "unaccounted", reason: "attempt_repeated", level: "page" };

const seen = (second: number) => `2026-11-25T10:04:${String(second).padStart(2, "0")}.000Z`;
let uses = 0;
/** Another claim's, so that tests do not meet in the table. */
const another = () => `${useId.slice(0, 16)}${String((uses += 1)).padStart(6, "0")}`;

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const implementations: [string, () => TrailLedger][] = [
  ["the table", () => ledgerTable({ dynamo, table: table.tableName, now: () => now })],
  ["memory", () => new MemoryLedger()],
];

describe.each(implementations)("the ledger as %s", (_name, ledgerOf) => {
  let ledger: TrailLedger;
  beforeEach(() => {
    ledger = ledgerOf();
  });
  const entered = (
    judgement: Judgement,
    rank: LedgerEntry["rank"],
    options: Parameters<typeof call>[0] = {},
  ) => ledger.enter(entryOf(call({ use: `${another()}.1`, ...options }), judgement, rank, seen(1)));

  test("enters a call once: what is there stays as it is", async () => {
    const first = await entered(pending, ranks.pending);
    const again = entryOf(first.call, explained, ranks.judged, seen(9));
    expect(await ledger.enter(again)).toEqual(
      expect.objectContaining({ status: "pending", seenAt: seen(1) }),
    );
    expect((await ledger.get(first))?.call).toEqual(first.call);
  });

  test("replaces a judgement by one of a higher rank alone", async () => {
    const entry = await entered(pending, ranks.pending);
    const judge = (judgement: Judgement, rank: LedgerEntry["rank"]) =>
      ledger.judge(entryOf(entry.call, judgement, rank, entry.seenAt));
    expect(await judge(reported, ranks.overdue)).toBe(true);
    expect(await ledger.get(entry)).toMatchObject({ status: "unaccounted", level: "ticket" });
    expect(await judge(reported, ranks.overdue)).toBe(false);
    expect(await judge(explained, ranks.judged)).toBe(true);
    expect(await ledger.get(entry)).not.toHaveProperty("level");
    expect(await judge(reported, ranks.overdue)).toBe(false);
    expect(await judge(repeated, ranks.repeated)).toBe(true);
    expect(await judge(explained, ranks.judged)).toBe(false);
    expect(await ledger.get(entry)).toMatchObject({ status: "unaccounted", reason: "attempt_repeated" });
  });

  test("does not judge what was never entered", async () => {
    expect(
      await ledger.judge(entryOf(call({ use: `${another()}.1` }), explained, ranks.judged, seen(1))),
    ).toBe(false);
  });

  test("lists the successful calls of an attempt in their own order, those after one too", async () => {
    const use = another();
    const at = (second: number, more: Parameters<typeof call>[0] = {}) =>
      entered(explained, ranks.judged, { use: `${use}.1`, at: `2026-11-25T10:00:0${second}Z`, ...more });
    const third = await at(3);
    const first = await at(1);
    const second = await at(2);
    await at(0, { use: `${use}.2` });
    await at(0, { errorCode: "ThrottlingException" });
    const ids = async (after?: string) =>
      (await listed(ledger.attempts(first.call, after))).map(({ entryId }) => entryId);
    expect(await ids()).toEqual([first.entryId, second.entryId, third.entryId]);
    expect(await ids(first.entryId)).toEqual([second.entryId, third.entryId]);
    expect(await ids(third.entryId)).toEqual([]);
  });

  test("lists an attempt that was copied forty times whole, page by page", async () => {
    const use = `${another()}.1`;
    const calls = Array.from({ length: 40 }, () => entered(explained, ranks.judged, { use }));
    const [entry] = await Promise.all(calls);
    expect(await listed(ledger.attempts(entry?.call ?? call()))).toHaveLength(40);
  });

  test("watches what is pending and what is overdue, from the oldest, until it is settled", async () => {
    const watched = async (watch: "pending" | "overdue", until: string) =>
      (await listed(ledger.watched(watch, until))).map(({ witnessId }) => witnessId);
    const entry = await entered(pending, ranks.pending);
    expect(await watched("pending", seen(1))).toContain(entry.witnessId);
    expect(await watched("pending", seen(0))).not.toContain(entry.witnessId);
    await ledger.judge(entryOf(entry.call, reported, ranks.overdue, entry.seenAt));
    expect(await watched("pending", seen(1))).not.toContain(entry.witnessId);
    expect(await watched("overdue", seen(1))).toContain(entry.witnessId);
    await ledger.unwatch(entry);
    expect(await watched("overdue", seen(1))).not.toContain(entry.witnessId);
    const late = await entered(reported, ranks.overdue);
    await ledger.judge(entryOf(late.call, explained, ranks.judged, late.seenAt));
    expect(await watched("overdue", seen(1))).not.toContain(late.witnessId);
  });

  test("keeps which files were read, by the time of their names", async () => {
    const file = (time: string): FileRead => ({
      name: `AWSLogs/123456789012/CloudTrail/eu-central-1/2026/11/${time.slice(6, 8)}/123456789012_CloudTrail_eu-central-1_${time}_abcdefghABCDEFGH.json.gz`,
      ...{ hash: "a".repeat(64), records: 7, calls: 2, readAt: seen(1) },
    });
    const [one, two, three] = [file("20261124T2355Z"), file("20261125T0000Z"), file("20261125T0005Z")];
    for (const read of [one, two, three]) await ledger.noteFile(read);
    expect(await ledger.fileRead(two.name)).toEqual(two);
    expect(await ledger.fileRead(file("20261126T0000Z").name)).toBeUndefined();
    expect(await listed(ledger.filesRead("2026-11-24T23:55:00Z", "2026-11-25T00:00:00Z"))).toEqual([
      one,
      two,
    ]);
  });

  test("keeps how far the listing went, and the roles", async () => {
    expect(await ledger.listedThrough()).toBeUndefined();
    await ledger.setListedThrough(seen(5));
    expect(await ledger.listedThrough()).toBe(seen(5));
    const role = { use: "opening", arn: "arn:aws:iam::123456789012:role/A", since: seen(1) } as const;
    await ledger.noteRole(role);
    await ledger.noteRole({ ...role, until: seen(9) });
    expect(await ledger.roles()).toEqual([{ ...role, until: seen(9) }]);
  });
});

test("what is explained expires after 90 days; what is unaccounted or pending does not", async () => {
  const ledger = ledgerTable({ dynamo, table: table.tableName, now: () => now });
  const itemOf = async ({ witnessId, entryId }: LedgerEntry) =>
    (await dynamo.send(new GetCommand({ TableName: table.tableName, Key: { witnessId, entryId } }))).Item;
  const purgeAt = now.getTime() / 1000 + 90 * 86_400;
  const explainedAtOnce = await ledger.enter(entryOf(call({ use: "" }), explained, ranks.judged, seen(1)));
  expect(await itemOf(explainedAtOnce)).toMatchObject({ purgeAt });
  const entry = await ledger.enter(entryOf(call({ use: "" }), pending, ranks.pending, seen(1)));
  expect(await itemOf(entry)).not.toHaveProperty("purgeAt");
  await ledger.judge(entryOf(entry.call, explained, ranks.judged, seen(1)));
  expect(await itemOf(entry)).toMatchObject({ purgeAt });
  await ledger.judge(entryOf(entry.call, repeated, ranks.repeated, seen(1)));
  expect(await itemOf(entry)).not.toHaveProperty("purgeAt");
});
