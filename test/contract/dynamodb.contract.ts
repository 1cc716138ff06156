/**
 * What DynamoDB does with items and conditions, by the DynamoDB API Reference (the page of each
 * operation) and the Developer Guide's "Using expressions in DynamoDB" and "DynamoDB Streams".
 */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
  type AttributeValue,
  type QueryCommandInput,
  type ScanCommandInput,
  type ScanCommandOutput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
  type ShardIteratorType,
} from "@aws-sdk/client-dynamodb-streams";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { clientSettings, expectError, guaranteesOf } from "./guarantee.ts";

type Item = Record<string, AttributeValue>;

const S = (text: string): AttributeValue => ({ S: text });
const N = (number: number): AttributeValue => ({ N: String(number) });

/** `url`: where DynamoDB's protocol is spoken; the suite makes its own table there. */
export function dynamoDbContract(url: () => string): void {
  const { guarantee, everyDifferenceIsTested } = guaranteesOf("dynamodb");
  const TableName = `Contract-${Date.now()}`;
  let db: DynamoDBClient;
  let streams: DynamoDBStreamsClient;
  let streamArn: string;
  let owners = 0;

  beforeAll(async () => {
    db = new DynamoDBClient(clientSettings(url()));
    streams = new DynamoDBStreamsClient(clientSettings(url()));
    await db.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [
          { AttributeName: "owner", KeyType: "HASH" },
          { AttributeName: "slot", KeyType: "RANGE" },
        ],
        AttributeDefinitions: [
          { AttributeName: "owner", AttributeType: "S" },
          { AttributeName: "slot", AttributeType: "S" },
        ],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    const { Table } = await db.send(new DescribeTableCommand({ TableName }));
    streamArn = Table?.LatestStreamArn ?? "";
  });
  afterAll(() => {
    db.destroy();
    streams.destroy();
  });

  /** A primary key that no test has used yet. */
  const fresh = (slot = "openai/default") => ({ owner: S(`owner-${++owners}`), slot: S(slot) });
  const put = (Item: Item) => db.send(new PutItemCommand({ TableName, Item }));
  const get = async (Key: Item) =>
    (await db.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
  const update = (Key: Item, rest: Omit<UpdateItemCommandInput, "TableName" | "Key">) =>
    db.send(new UpdateItemCommand({ TableName, Key, ...rest }));
  const query = (rest: Omit<QueryCommandInput, "TableName">) =>
    db.send(new QueryCommand({ TableName, ...rest }));

  describe("items", () => {
    guarantee("an item comes back with every attribute type as it was put", async () => {
      const Key = fresh();
      const item: Item = {
        ...Key,
        text: S("Grüße 🔑"),
        number: { N: "12345678901234567890.5" },
        bytes: { B: Uint8Array.from([0, 127, 255]) },
        yes: { BOOL: true },
        nothing: { NULL: true },
        list: { L: [S("a"), N(1)] },
        map: { M: { inner: { L: [{ M: { deep: S("x") } }] } } },
        texts: { SS: ["a", "b"] },
      };
      await put(item);
      expect(await get(Key)).toEqual(item);
    });

    guarantee("PutItem replaces the whole item", async () => {
      const Key = fresh();
      await put({ ...Key, first: N(1) });
      await put({ ...Key, second: N(2) });
      expect(await get(Key)).toEqual({ ...Key, second: N(2) });
    });

    guarantee("GetItem answers only what a projection names", async () => {
      const Key = fresh();
      await put({ ...Key, state: S("active"), secret: S("x"), map: { M: { a: N(1), b: N(2) } } });
      const projected = await db.send(
        new GetItemCommand({
          TableName,
          Key,
          ProjectionExpression: "#s, #m.#a",
          ExpressionAttributeNames: { "#s": "state", "#m": "map", "#a": "a" },
        }),
      );
      expect(projected.Item).toEqual({ state: S("active"), map: { M: { a: N(1) } } });
    });

    guarantee("an item that is not there is no error, and no Item", async () => {
      expect(await get(fresh())).toBeUndefined();
    });

    guarantee("DeleteItem answers the old item when asked, and may be repeated", async () => {
      const Key = fresh();
      await put({ ...Key, n: N(1) });
      const deletion = new DeleteItemCommand({ TableName, Key, ReturnValues: "ALL_OLD" });
      expect((await db.send(deletion)).Attributes).toEqual({ ...Key, n: N(1) });
      expect((await db.send(deletion)).Attributes).toBeUndefined();
    });

    guarantee("a table that does not exist is not found", async () => {
      const call = db.send(new GetItemCommand({ TableName: "NoSuchTable", Key: fresh() }));
      await expectError(call, "ResourceNotFoundException");
    });

    guarantee("a primary key that is empty, incomplete or of the wrong type is refused", async () => {
      const { owner, slot } = fresh();
      for (const wrong of [{ owner }, { owner: S(""), slot }, { owner: N(1), slot }]) {
        await expectError(put({ ...wrong, n: N(1) }), "ValidationException");
      }
    });

    guarantee("an item over 400 KB is refused", async () => {
      await expectError(put({ ...fresh(), text: S("x".repeat(400 * 1024)) }), "ValidationException");
    });
  });

  describe("conditions", () => {
    const onlyNew = {
      ConditionExpression: "attribute_not_exists(#o)",
      ExpressionAttributeNames: { "#o": "owner" },
    };

    guarantee("a failed condition changes nothing", async () => {
      const Item = { ...fresh(), n: N(1) };
      const once = () => db.send(new PutItemCommand({ TableName, Item, ...onlyNew }));
      await once();
      await expectError(once(), "ConditionalCheckFailedException");
      await expectError(
        db.send(new PutItemCommand({ TableName, Item: { ...Item, n: N(2) }, ...onlyNew })),
        "ConditionalCheckFailedException",
      );
      expect(await get({ owner: Item.owner, slot: Item.slot })).toEqual(Item);
    });

    for (const asked of ["ALL_OLD", "NONE"] as const) {
      guarantee(
        `a failed condition answers the item as it is with ${asked === "NONE" ? "nothing: NONE" : asked}`,
        async () => {
          const Key = fresh();
          const Item = { ...Key, state: S("removed") };
          await put(Item);
          const shared = { TableName, ReturnValuesOnConditionCheckFailure: asked };
          const values = { ":v": S("active") };
          const isActive = { ConditionExpression: "#s = :v", ExpressionAttributeNames: { "#s": "state" } };
          const failures = await Promise.all(
            [
              db.send(
                new PutItemCommand({ ...shared, Item, ...isActive, ExpressionAttributeValues: values }),
              ),
              db.send(
                new DeleteItemCommand({ ...shared, Key, ...isActive, ExpressionAttributeValues: values }),
              ),
              update(Key, {
                ...shared,
                ...isActive,
                UpdateExpression: "SET #s = :v",
                ExpressionAttributeValues: values,
              }),
            ].map((call) =>
              call.then(
                () => "succeeded",
                (error: unknown) => error,
              ),
            ),
          );
          for (const failure of failures) {
            expect(failure).toBeInstanceOf(ConditionalCheckFailedException);
            expect((failure as ConditionalCheckFailedException).Item).toEqual(
              asked === "NONE" ? undefined : Item,
            );
          }
        },
      );
    }

    guarantee("where there is no item, a failed condition has none to answer", async () => {
      const failure: unknown = await update(fresh(), {
        UpdateExpression: "SET n = :n",
        ConditionExpression: "attribute_exists(#o)",
        ExpressionAttributeNames: { "#o": "owner" },
        ExpressionAttributeValues: { ":n": N(1) },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ConditionalCheckFailedException);
      expect((failure as ConditionalCheckFailedException).Item).toBeUndefined();
    });

    guarantee("comparisons, functions and logic decide together", async () => {
      const Key = fresh();
      await put({ ...Key, seq: N(7), name: S("openai/default"), tags: { SS: ["a"] } });
      const check = (ConditionExpression: string) =>
        update(Key, {
          UpdateExpression: "SET seen = :seven",
          ConditionExpression,
          ExpressionAttributeNames: { "#n": "name" },
          ExpressionAttributeValues: {
            ":seven": N(7),
            ":nine": N(9),
            ":open": S("open"),
            ":a": S("a"),
            ":type": S("N"),
          },
        });
      const all =
        "seq = :seven AND begins_with(#n, :open) AND contains(tags, :a) AND attribute_type(seq, :type)";
      await check(`${all} AND NOT seq IN (:nine) AND seq BETWEEN :seven AND :nine`);
      await expectError(
        check(`NOT (${all}) OR size(tags) > :nine OR seq IN (:nine)`),
        "ConditionalCheckFailedException",
      );
    });

    guarantee("of many conditional puts at once exactly one succeeds", async () => {
      const Item = fresh();
      const puts = Array.from({ length: 20 }, () =>
        db.send(new PutItemCommand({ TableName, Item, ...onlyNew })),
      );
      const settled = await Promise.allSettled(puts);
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });
  });

  describe("updates", () => {
    guarantee("UpdateItem sets, adds and removes in one write and answers the new item", async () => {
      const Key = fresh();
      await put({ ...Key, keep: S("k"), drop: S("d"), count: N(1) });
      const { Attributes } = await update(Key, {
        UpdateExpression:
          "SET #a = :a, firstAt = if_not_exists(firstAt, :t), nested = :m REMOVE #d ADD #c :one",
        ExpressionAttributeNames: { "#a": "added", "#d": "drop", "#c": "count" },
        ExpressionAttributeValues: { ":a": S("x"), ":t": N(5), ":one": N(1), ":m": { M: { a: N(1) } } },
        ReturnValues: "ALL_NEW",
      });
      const expected = { added: S("x"), firstAt: N(5), count: N(2), nested: { M: { a: N(1) } } };
      expect(Attributes).toEqual({ ...Key, keep: S("k"), ...expected });
      expect(await get(Key)).toEqual(Attributes);
    });

    guarantee("UpdateItem makes the item where there is none", async () => {
      const Key = fresh();
      await update(Key, { UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": N(1) } });
      expect(await get(Key)).toEqual({ ...Key, n: N(1) });
    });

    for (const [asked, expected] of [
      ["NONE", undefined],
      ["ALL_OLD", "whole old"],
      ["UPDATED_OLD", { n: N(1) }],
      ["UPDATED_NEW", { n: N(2) }],
    ] as const) {
      guarantee(`ReturnValues ${asked} answers what it says`, async () => {
        const Key = fresh();
        await put({ ...Key, n: N(1), other: S("o") });
        const { Attributes } = await update(Key, {
          UpdateExpression: "SET n = n + :one",
          ExpressionAttributeValues: { ":one": N(1) },
          ReturnValues: asked,
        });
        expect(Attributes).toEqual(expected === "whole old" ? { ...Key, n: N(1), other: S("o") } : expected);
      });
    }

    guarantee("of fifty additions at once none is lost", async () => {
      const Key = fresh();
      const add = () =>
        update(Key, { UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": N(1) } });
      await Promise.all(Array.from({ length: 50 }, add));
      expect(await get(Key)).toEqual({ ...Key, n: N(50) });
    });

    guarantee("an update of the primary key, an unused name and a reserved word are refused", async () => {
      const Key = fresh();
      const values = { ExpressionAttributeValues: { ":v": S("x") } };
      const unused = { ...values, ExpressionAttributeNames: { "#unused": "u" } };
      await expectError(update(Key, { UpdateExpression: "SET slot = :v", ...values }), "ValidationException");
      await expectError(update(Key, { UpdateExpression: "SET a = :v", ...unused }), "ValidationException");
      await expectError(
        update(Key, { UpdateExpression: "SET status = :v", ...values }),
        "ValidationException",
      );
      expect(await get(Key)).toBeUndefined();
    });
  });

  describe("queries", () => {
    const slots = ["anthropic/default", "google/default", "openai/default", "openai/other"];
    let owner: AttributeValue;
    const ofOwner = () => ({
      KeyConditionExpression: "#o = :o",
      ExpressionAttributeNames: { "#o": "owner" } as Record<string, string>,
      ExpressionAttributeValues: { ":o": owner } as Item,
    });
    const slotsOf = (items: Item[] | undefined) => items?.map(({ slot }) => slot?.S);
    beforeAll(async () => {
      ({ owner } = fresh());
      for (const slot of [...slots].reverse())
        await put({ owner, slot: S(slot), n: N(slot.length), secret: S("x") });
    });

    guarantee("Query answers one partition in the order of the sort key, or backwards", async () => {
      expect(slotsOf((await query(ofOwner())).Items)).toEqual(slots);
      const backwards = await query({ ...ofOwner(), ScanIndexForward: false });
      expect(slotsOf(backwards.Items)).toEqual([...slots].reverse());
    });

    guarantee("Query narrows by the sort key, then filters", async () => {
      const { Items, Count, ScannedCount } = await query({
        KeyConditionExpression: "#o = :o AND begins_with(slot, :p)",
        FilterExpression: "n > :n",
        ExpressionAttributeNames: ofOwner().ExpressionAttributeNames,
        ExpressionAttributeValues: { ":o": owner, ":p": S("openai/"), ":n": N(12) },
      });
      expect(slotsOf(Items)).toEqual(["openai/default"]);
      expect({ Count, ScannedCount }).toEqual({ Count: 1, ScannedCount: 2 });
    });

    guarantee("Query answers only what is projected, or the count alone", async () => {
      const { ExpressionAttributeNames: names, ...rest } = ofOwner();
      const projected = await query({
        ...rest,
        ProjectionExpression: "#s",
        ExpressionAttributeNames: { ...names, "#s": "slot" },
        Select: "SPECIFIC_ATTRIBUTES",
      });
      expect(projected.Items).toEqual(slots.map((slot) => ({ slot: S(slot) })));
      const counted = await query({ ...ofOwner(), Select: "COUNT" });
      expect(counted.Count).toBe(4);
      expect(counted.Items).toBeUndefined();
    });

    guarantee("pages of Query continue where the last one ended, and lose nothing", async () => {
      const seen: (string | undefined)[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await query({ ...ofOwner(), Limit: 3, ExclusiveStartKey });
        seen.push(...(slotsOf(page.Items) ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      expect(seen).toEqual(slots);
    });

    guarantee("Scan finds by filter, page by page", async () => {
      const found: (string | undefined)[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await db.send(
          new ScanCommand({
            TableName,
            FilterExpression: "#o = :o",
            ExpressionAttributeNames: { "#o": "owner" },
            ExpressionAttributeValues: { ":o": owner },
            Limit: 10,
            ExclusiveStartKey,
          }),
        );
        found.push(...(slotsOf(page.Items) ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      expect(found.sort()).toEqual(slots);
    });
  });

  describe("scans in segments", () => {
    const names = Array.from({ length: 60 }, (_, n) => `segment-${n}`);
    const scan = (rest: Partial<ScanCommandInput>) => db.send(new ScanCommand({ TableName, ...rest }));
    beforeAll(async () => {
      for (const name of names) await put({ owner: S(name), slot: S("scanned"), n: N(1), secret: S("x") });
    });

    /** What all segments give, page by page, each on its own. */
    async function scanned(TotalSegments: number, rest: Partial<ScanCommandInput>) {
      const segments = Array.from({ length: TotalSegments }, async (_, Segment) => {
        const pages: ScanCommandOutput[] = [];
        let ExclusiveStartKey: Item | undefined;
        do {
          const page = await scan({ TotalSegments, Segment, ExclusiveStartKey, ...rest });
          pages.push(page);
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey);
        return pages;
      });
      return (await Promise.all(segments)).flat();
    }
    const ownersIn = (pages: readonly ScanCommandOutput[]) =>
      pages.flatMap(({ Items = [] }) => Items.map(({ owner }) => owner?.S ?? ""));

    for (const [TotalSegments, Limit] of [
      [1, 7],
      [3, 1000],
      [4, 1],
      [16, 5],
    ] as const) {
      guarantee(
        `${TotalSegments} segments in pages of ${Limit} have every item exactly once between them`,
        async () => {
          const pages = await scanned(TotalSegments, {
            Limit,
            ProjectionExpression: "#o, #n",
            ExpressionAttributeNames: { "#o": "owner", "#n": "n" },
            Select: "SPECIFIC_ATTRIBUTES",
          });
          for (const { ScannedCount } of pages) expect(ScannedCount).toBeLessThanOrEqual(Limit);
          const ours = ownersIn(pages).filter((owner) => owner.startsWith("segment-"));
          expect(ours.toSorted()).toEqual(names.toSorted());
          const attributes = pages.flatMap(({ Items = [] }) => Items.flatMap(Object.keys));
          expect(new Set(attributes)).toEqual(new Set(["owner", "n"]));
        },
      );
    }

    guarantee("what a filter leaves out is counted as scanned, and ends no page", async () => {
      const pages = await scanned(2, {
        Limit: 10,
        FilterExpression: "slot = :s",
        ExpressionAttributeValues: { ":s": S("scanned") },
      });
      expect(ownersIn(pages).toSorted()).toEqual(names.toSorted());
      const all = await scanned(1, { Select: "COUNT" });
      const total = (of: readonly ScanCommandOutput[]) =>
        of.reduce((sum, { ScannedCount = 0 }) => sum + ScannedCount, 0);
      expect(total(pages)).toBe(total(all));
      expect(all.every(({ Items }) => Items === undefined)).toBe(true);
    });

    guarantee("a segment needs its total, and is below it", async () => {
      await expectError(scan({ Segment: 1 }), "ValidationException");
      await expectError(scan({ TotalSegments: 2 }), "ValidationException");
      await expectError(scan({ Segment: 2, TotalSegments: 2 }), "ValidationException");
    });
  });

  guarantee(
    "DescribeTable says whether a table is protected against deletion; then it is not deleted",
    async () => {
      const protectedName = `${TableName}-protected`;
      await db.send(
        new CreateTableCommand({
          TableName: protectedName,
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          BillingMode: "PAY_PER_REQUEST",
          DeletionProtectionEnabled: true,
        }),
      );
      const isProtected = async (name: string) =>
        (await db.send(new DescribeTableCommand({ TableName: name }))).Table?.DeletionProtectionEnabled;
      expect(await isProtected(protectedName)).toBe(true);
      expect(await isProtected(TableName)).toBe(false);
      await expectError(db.send(new DeleteTableCommand({ TableName: protectedName })), "ValidationException");
    },
  );

  guarantee(
    "DescribeContinuousBackups says that there is no point-in-time recovery unless it is on",
    async () => {
      const { ContinuousBackupsDescription } = await db.send(
        new DescribeContinuousBackupsCommand({ TableName }),
      );
      expect(ContinuousBackupsDescription).toMatchObject({
        ContinuousBackupsStatus: "ENABLED",
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
      });
      const missing = db.send(new DescribeContinuousBackupsCommand({ TableName: "NoSuchTable" }));
      await expectError(missing, "TableNotFoundException");
    },
  );

  describe("batches", () => {
    guarantee("BatchWriteItem puts and deletes, BatchGetItem reads", async () => {
      const [gone, kept, made] = [fresh(), fresh(), fresh()];
      await put(gone);
      await put(kept);
      const writes = [{ DeleteRequest: { Key: gone } }, { PutRequest: { Item: { ...made, n: N(1) } } }];
      await db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }));
      const request = { RequestItems: { [TableName]: { Keys: [gone, kept, made] } } };
      const { Responses } = await db.send(new BatchGetItemCommand(request));
      expect(Responses?.[TableName]).toHaveLength(2);
      expect(Responses?.[TableName]).toEqual(expect.arrayContaining([kept, { ...made, n: N(1) }]));
    });

    guarantee("a batch of more than 25 writes, or with one item twice, is refused", async () => {
      const many = Array.from({ length: 26 }, () => ({ PutRequest: { Item: fresh() } }));
      const twice = [many[0], many[0]].flatMap((write) => (write ? [write] : []));
      for (const writes of [many, twice]) {
        const call = db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }));
        await expectError(call, "ValidationException");
      }
    });
  });

  describe("streams", () => {
    async function shardIds(): Promise<(string | undefined)[]> {
      const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }));
      return (StreamDescription?.Shards ?? []).map(({ ShardId }) => ShardId);
    }
    async function recordsIn(ShardId: string | undefined): Promise<_Record[]> {
      const records: _Record[] = [];
      const start = { StreamArn: streamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
      let { ShardIterator } = await streams.send(new GetShardIteratorCommand(start));
      for (let page = 0; ShardIterator && page < 10; page++) {
        const command = new GetRecordsCommand({ ShardIterator });
        const { Records = [], NextShardIterator } = await streams.send(command);
        records.push(...Records);
        ShardIterator = Records.length === 0 ? undefined : NextShardIterator;
      }
      return records;
    }
    const isOf = (owner: AttributeValue) => (record: _Record) =>
      record.dynamodb?.Keys?.["owner"]?.S === owner.S;
    async function recordsOf(owner: AttributeValue): Promise<_Record[]> {
      const records = await Promise.all((await shardIds()).map(recordsIn));
      return records.flat().filter(isOf(owner));
    }
    const n = (value: number): UpdateItemCommandInput => ({
      TableName,
      Key: undefined,
      UpdateExpression: "SET n = :n",
      ExpressionAttributeValues: { ":n": N(value) },
    });

    guarantee("each change of an item makes one record, in order, with both images", async () => {
      const Key = fresh();
      await put({ ...Key, n: N(1) });
      await db.send(new UpdateItemCommand({ ...n(2), Key }));
      await db.send(new DeleteItemCommand({ TableName, Key }));
      const records = await recordsOf(Key.owner);
      expect(records.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
      const images = records.map(({ dynamodb }) => [dynamodb?.OldImage?.["n"], dynamodb?.NewImage?.["n"]]);
      expect(images).toEqual([
        [undefined, N(1)],
        [N(1), N(2)],
        [N(2), undefined],
      ]);
      expect(records.map(({ dynamodb }) => dynamodb?.Keys)).toEqual([Key, Key, Key]);
      const sequence = records.map(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? 0));
      expect(sequence).toEqual([...new Set(sequence)].sort((a, b) => (a < b ? -1 : 1)));
    });

    guarantee("a write that changes nothing, or that fails its condition, makes no record", async () => {
      const Key = fresh();
      await put({ ...Key, n: N(1) });
      await put({ ...Key, n: N(1) });
      await db.send(new UpdateItemCommand({ ...n(1), Key }));
      const failing = new UpdateItemCommand({ ...n(5), Key, ConditionExpression: "attribute_not_exists(n)" });
      await expectError(db.send(failing), "ConditionalCheckFailedException");
      await db.send(new DeleteItemCommand({ TableName, Key: fresh() }));
      expect((await recordsOf(Key.owner)).map(({ eventName }) => eventName)).toEqual(["INSERT"]);
    });

    guarantee("a shard iterator begins at the end, at a record or after one", async () => {
      const Key = fresh();
      const iterator = async (
        ShardId: string | undefined,
        ShardIteratorType: ShardIteratorType,
        SequenceNumber?: string,
      ) => {
        const start = { StreamArn: streamArn, ShardId, ShardIteratorType, SequenceNumber };
        return (await streams.send(new GetShardIteratorCommand(start))).ShardIterator;
      };
      const valuesFrom = async (ShardIterator: string | undefined) => {
        const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
        return Records.map(({ dynamodb }) => dynamodb?.NewImage?.["n"]);
      };
      const all = await shardIds();
      const ends = await Promise.all(all.map((one) => iterator(one, "LATEST")));
      await put({ ...Key, n: N(1) });
      await put({ ...Key, n: N(2) });
      expect((await Promise.all(ends.map(valuesFrom))).flat()).toEqual([N(1), N(2)]);
      const found = await Promise.all(all.map(recordsIn));
      const index = found.findIndex((records) => records.some(isOf(Key.owner)));
      const sequence = found[index]?.find(isOf(Key.owner))?.dynamodb?.SequenceNumber;
      const at = await iterator(all[index], "AT_SEQUENCE_NUMBER", sequence);
      expect(await valuesFrom(at)).toEqual([N(1), N(2)]);
      const after = await iterator(all[index], "AFTER_SEQUENCE_NUMBER", sequence);
      expect(await valuesFrom(after)).toEqual([N(2)]);
    });

    guarantee(
      "changes of items with one partition key are in one shard, in the order they were made",
      async () => {
        const { owner } = fresh();
        const slots = Array.from({ length: 12 }, (_, i) => `slot/${i}`);
        for (const slot of slots) await put({ owner, slot: S(slot) });
        const found = await Promise.all((await shardIds()).map(recordsIn));
        const shards = found.map((records) => records.filter(isOf(owner))).filter((some) => some.length > 0);
        expect(shards).toHaveLength(1);
        expect(shards[0]?.map(({ dynamodb }) => dynamodb?.Keys?.["slot"]?.S)).toEqual(slots);
      },
    );

    guarantee("batch writes are in the stream too", async () => {
      const Key = fresh();
      for (const write of [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key } }]) {
        await db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [write] } }));
      }
      const records = await recordsOf(Key.owner);
      expect(records.map(({ eventName }) => eventName)).toEqual(["INSERT", "REMOVE"]);
    });

    guarantee("changes at once make records that follow from one another", async () => {
      const Key = fresh();
      const add = new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: "ADD n :one",
        ExpressionAttributeValues: { ":one": N(1) },
      });
      await Promise.all(Array.from({ length: 20 }, () => db.send(add)));
      const images = (await recordsOf(Key.owner)).map(({ dynamodb }) => [
        Number(dynamodb?.OldImage?.["n"]?.N ?? 0),
        Number(dynamodb?.NewImage?.["n"]?.N),
      ]);
      expect(images).toEqual(Array.from({ length: 20 }, (_, i) => [i, i + 1]));
    });
  });

  guarantee("answers and errors carry a request id", async () => {
    const answer = await db.send(new GetItemCommand({ TableName, Key: fresh() }));
    expect(answer.$metadata.requestId).toMatch(/^[\w-]{20,}$/);
    const failure: unknown = await get({ owner: S("incomplete") }).catch((error: unknown) => error);
    expect(failure).toHaveProperty("$metadata.requestId", expect.stringMatching(/^[\w-]{20,}$/));
  });

  everyDifferenceIsTested();
}
