import { describe, expect, test } from "vitest";
import { parsePutAside } from "../../../lib/audit/put-aside.ts";
import { redrive, type RedrivePorts } from "../../../lib/audit/redrive.ts";
import { MemoryObjects } from "../../support/memory-objects.ts";

/** As in the Lambda Developer Guide, "Example Amazon S3 invocation record"; the stream and its records are ours. */
const putAside = (payload?: unknown, more: object = {}) => ({
  requestContext: {
    requestId: "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
    functionArn: "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
    condition: "RetryAttemptsExhausted",
    approximateInvokeCount: 1,
  },
  responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
  version: "1.0",
  timestamp: "2019-11-14T00:13:49.717Z",
  DDBStreamBatchInfo: {
    shardId: "shardId-00000001573689847184-864758bb",
    startSequenceNumber: "800000000003126276362",
    endSequenceNumber: "800000000003126276363",
    approximateArrivalOfFirstRecord: "2019-11-14T00:13:19Z",
    approximateArrivalOfLastRecord: "2019-11-14T00:13:19Z",
    batchSize: 2,
    streamArn: "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388",
  },
  ...(payload !== undefined && { payload }),
  ...more,
});
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const batch = {
  table: "mytable",
  shardId: "shardId-00000001573689847184-864758bb",
  from: "800000000003126276362",
  to: "800000000003126276363",
  why: "RetryAttemptsExhausted",
};
const event = JSON.stringify({ Records: [{ eventID: "1" }, { eventID: "2" }] });

describe("what is put aside", () => {
  test("is the whole event, and where in which stream it was", () => {
    expect(parsePutAside(bytes(putAside(event)))).toEqual({ batch: { ...batch, records: 2 }, event });
  });

  test.each([
    ["says where it was alone", undefined],
    ["has another payload", "[]"],
    ["has a payload without records", JSON.stringify({ Records: [] })],
    ["has a payload that is no JSON", "{"],
  ])("where it %s has no event, and how many records Lambda counted", (_what, payload) => {
    expect(parsePutAside(bytes(putAside(payload)))).toEqual({ batch: { ...batch, records: 2 } });
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["no JSON", Buffer.from("{")],
    ["another document", bytes({ Records: [] })],
    ["of another source", bytes(putAside(event, { DDBStreamBatchInfo: undefined }))],
  ])("is none where it is %s", (_what, body) => {
    expect(parsePutAside(body)).toBeUndefined();
  });
});

const nameOf = (number: number) => `aws/lambda/mapping/shard/2026/11/25/2026-11-25T10.00.0${number}-x`;

/** A bucket with these, and what was given to a recorder; `failed` of each record, or an error. */
function world(bodies: readonly Uint8Array[], failed: (event: string) => number = () => 0) {
  const objects = new MemoryObjects();
  for (const [index, body] of bodies.entries()) objects.put(nameOf(index), body);
  const given: string[] = [];
  const logged: unknown[] = [];
  let seconds = 0;
  const ports: RedrivePorts = {
    objects: {
      names: (after) => objects.names("aws/lambda/", after),
      read: (name) => objects.read(name),
      remove: (name) => Promise.resolve(objects.remove(name)),
    },
    record(one) {
      given.push(one);
      seconds += 1;
      return Promise.resolve().then(() => failed(one));
    },
    logger: { error: (...line: unknown[]) => logged.push(line) } as unknown as RedrivePorts["logger"],
    now: () => new Date(seconds * 1000),
  };
  const run = (dryRun = false, after = "", until = 1000) =>
    redrive(ports, { dryRun, after }, new Date(until * 1000));
  const names = async () => {
    const all: string[] = [];
    for await (const name of objects.names("", "")) all.push(name);
    return all;
  };
  return { objects, given, logged, ports, run, names };
}

const events = ["a", "b", "c"].map((eventID) => JSON.stringify({ Records: [{ eventID }] }));
const aside = events.map((one) => bytes(putAside(one)));
const ofOne = { ...batch, records: 1 };

describe("a redrive", () => {
  test("gives each batch to the recorder as it was, in the order of names, and removes what is recorded", async () => {
    const { run, given, names } = world(aside);
    await expect(run()).resolves.toEqual({ batches: 3, records: 3, left: [], next: null });
    expect(given).toEqual(events);
    await expect(names()).resolves.toEqual([]);
    await expect(run()).resolves.toEqual({ batches: 0, records: 0, left: [], next: null });
  });

  test("leaves what the recorder could not record whole, or failed at, and goes on with the rest", async () => {
    const { run, names, logged } = world(aside, (one) => {
      if (one === events[0]) return 1;
      if (one === events[1]) throw new Error("quoting a record");
      return 0;
    });
    await expect(run()).resolves.toEqual({
      ...{ batches: 1, records: 1, next: null },
      left: [0, 1].map((one) => ({ object: nameOf(one), reason: "NOT_RECORDED", batch: ofOne })),
    });
    await expect(names()).resolves.toEqual([nameOf(0), nameOf(1)]);
    expect(logged).toEqual([
      ["a batch was not recorded", { code: "REDRIVE_FAILED", error: { name: "Error" } }],
    ]);
  });

  test("names and leaves what has no records, and what is none of Lambda's", async () => {
    const { run, given, names } = world([bytes(putAside()), Buffer.from("planted")]);
    await expect(run()).resolves.toEqual({
      ...{ batches: 0, records: 0, next: null },
      left: [
        { object: nameOf(0), reason: "WITHOUT_RECORDS", batch: { ...batch, records: 2 } },
        { object: nameOf(1), reason: "MALFORMED" },
      ],
    });
    expect([given, await names()]).toEqual([[], [nameOf(0), nameOf(1)]]);
  });

  test("that is dry counts, gives nothing to the recorder and removes nothing", async () => {
    const { run, given, names } = world(aside);
    await expect(run(true)).resolves.toEqual({ batches: 3, records: 3, left: [], next: null });
    expect(given).toEqual([]);
    await expect(names()).resolves.toHaveLength(3);
  });

  test("ends when its time is over, having done one at least, and goes on after it", async () => {
    const { run, given } = world(aside);
    await expect(run(false, "", 0)).resolves.toEqual({ batches: 1, records: 1, left: [], next: nameOf(0) });
    await expect(run(false, nameOf(0), 2)).resolves.toMatchObject({ batches: 1, next: nameOf(1) });
    await expect(run(false, nameOf(1), 2)).resolves.toMatchObject({ batches: 1, next: null });
    expect(given).toEqual(events);
  });

  test("removes nothing before the recorder has said that it is recorded", async () => {
    const { run, ports, objects } = world(aside.slice(0, 1));
    const order: string[] = [];
    const { record } = ports;
    Object.assign(ports, {
      record: (one: string) => record(one).finally(() => order.push(`recorded ${objects.sorted("").length}`)),
      objects: { ...ports.objects, remove: () => Promise.resolve(order.push("removed")) },
    });
    await run();
    expect(order).toEqual(["recorded 1", "removed"]);
  });

  test("takes what another run has removed meanwhile for done", async () => {
    const { run, ports, given } = world(aside.slice(0, 1));
    Object.assign(ports.objects, { read: () => Promise.resolve(undefined) });
    await expect(run()).resolves.toEqual({ batches: 0, records: 0, left: [], next: null });
    expect(given).toEqual([]);
  });

  test("that cannot remove says so: the next finds the events there already", async () => {
    const { run, ports } = world(aside.slice(0, 1));
    Object.assign(ports.objects, { remove: () => Promise.reject(new Error("no")) });
    await expect(run()).rejects.toThrow("no");
  });
});
