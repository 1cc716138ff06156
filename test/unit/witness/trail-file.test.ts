import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTrailFile } from "../../../lib/witness/trail-file.ts";
import { daysBetween, firstNameFrom, folderOf, trailFileName } from "../../../lib/witness/trail-names.ts";
import { record } from "./calls.ts";

async function* inPieces(content: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function read(content: Uint8Array, size?: number) {
  const records: unknown[] = [];
  const result = await readTrailFile(inPieces(content, size), (one) => void records.push(one));
  return { ...result, records, count: result.records };
}

const text = (value: unknown) => Buffer.from(JSON.stringify(value));
const hashOf = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

describe("a log file", () => {
  test("is read record by record, whatever is in them, in whichever pieces it comes", async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const records = fc.array(fc.dictionary(fc.string(), value, { maxKeys: 4 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (some, size, zipped) => {
        const content = text({ Records: some });
        const found = await read(zipped ? gzipSync(content) : content, size);
        expect(found.records).toEqual(JSON.parse(JSON.stringify(some)));
        expect(found).toMatchObject({ hash: hashOf(content), count: some.length });
        expect(found.problem).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test("may have no records, and white space", async () => {
    expect(await read(gzipSync(text({ Records: [] })))).toMatchObject({ count: 0 });
    const spaced = Buffer.from('\n { "Records" : [ {"a" : "}]"} , {"b":1} ] } \n');
    expect(await read(gzipSync(spaced))).toMatchObject({ records: [{ a: "}]" }, { b: 1 }] });
  });

  test("may be large: thirty thousand records are read one after the other, and those that are not wanted not parsed", async () => {
    const records = Array.from({ length: 30_000 }, (_none, index) =>
      index % 100 === 0 ? record() : { eventSource: "ec2.amazonaws.com", filler: "x".repeat(300) },
    );
    let taken = 0;
    const content = inPieces(gzipSync(text({ Records: records })), 64 * 1024);
    const result = await readTrailFile(
      content,
      () => void (taken += 1),
      (one) => one.includes("kms."),
    );
    expect([taken, result.records, result.problem]).toEqual([300, 30_000, undefined]);
  });

  const whole = gzipSync(text({ Records: [record(), record()] }));
  test.each([
    ["cut", whole.subarray(0, whole.length - 20)],
    ["empty", new Uint8Array()],
    ["no gzip", Buffer.from("not a log file")],
    ["gzip of something else", gzipSync(Buffer.from("not JSON"))],
    ["a list", gzipSync(text([record()]))],
    ["another document", gzipSync(text({ Other: [record()] }))],
    ["not closed", gzipSync(Buffer.from('{"Records":[{}'))],
    ["closed twice", gzipSync(Buffer.from('{"Records":[{}]}]}'))],
    ["with a record that is no JSON", gzipSync(Buffer.from('{"Records":[{"a":}]}'))],
  ])("that is %s is named, and no error", async (_what, content) => {
    expect(await read(content)).toMatchObject({ problem: "malformed" });
  });

  test("that was cut in the middle still gives the records before", async () => {
    const cut = Buffer.from(`{"Records":[${JSON.stringify(record())},{"eventSo`);
    const found = await read(cut);
    expect([found.records.length, found.problem]).toEqual([1, "malformed"]);
  });

  test("whose reading fails is not malformed: it is to be read again", async () => {
    async function* failing() {
      yield whole.subarray(0, 20);
      throw new Error("the connection broke");
    }
    await expect(readTrailFile(failing(), () => undefined)).rejects.toThrow("the connection broke");
    await expect(
      readTrailFile(inPieces(whole), () => {
        throw new Error("the table does not answer");
      }),
    ).rejects.toThrow("the table does not answer");
  });
});

describe("a name says what a file is", () => {
  const folder = "AWSLogs/111122223333/CloudTrail/us-east-2/2015/08/01";
  const digests = "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17";

  test("a log file's, of AWS's documentation", () => {
    expect(
      trailFileName(`p/${folder}/111122223333_CloudTrail_us-east-2_20150801T0210Z_Mu0KsOhtH1ar15ZZ.json.gz`),
    ).toMatchObject({
      ...{ kind: "log", account: "111122223333", region: "us-east-2", at: "2015-08-01T02:10:00Z" },
      series: "111122223333/us-east-2/",
    });
  });

  test("a digest's, and one's of files that came late", () => {
    const name = `${digests}/111122223333_CloudTrail-Digest_us-east-2_your-trail-name_us-east-2_20150817T150131Z`;
    expect(trailFileName(`${name}.json.gz`)).toMatchObject({
      ...{ kind: "digest", region: "us-east-2", at: "2015-08-17T15:01:31Z", isBackfill: false },
      series: "111122223333/us-east-2/your-trail-name_us-east-2",
    });
    expect(trailFileName(`${name}_backfill.json.gz`)).toMatchObject({ isBackfill: true });
  });

  test.each([
    "",
    "x.json.gz",
    `${folder}/`,
    `${folder}/111122223333_CloudTrail_us-east-2_2015.json.gz`,
    `${folder}/111122223333_CloudTrail-Insight_us-east-2_20150801T0210Z_a.json.gz`,
  ])("%j is none", (name) => {
    expect(trailFileName(name)).toBeUndefined();
  });

  test("folders are by day, with the trail's prefix and an organization's id", () => {
    const place = { prefix: "a/b", organization: "o-abc", account: "111122223333", region: "us-east-2" };
    expect(folderOf(place, "digest", "2015-08-17")).toBe(
      "a/b/AWSLogs/o-abc/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/",
    );
    const first = firstNameFrom({ ...place, prefix: "", organization: "" }, "2015-08-01T02:10:30Z");
    expect(first).toBe(`${folder}/111122223333_CloudTrail_us-east-2_20150801T0210`);
    expect(first < `${folder}/111122223333_CloudTrail_us-east-2_20150801T0210Z_M.json.gz`).toBe(true);
    expect(first > `${folder}/111122223333_CloudTrail_us-east-2_20150801T0209Z_z.json.gz`).toBe(true);
  });

  test("days are counted over the ends of months and years", () => {
    expect(daysBetween("2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z")).toEqual(["2026-12-31", "2027-01-01"]);
    expect(daysBetween("2028-02-28T00:00:00Z", "2028-03-01T00:00:00Z")).toHaveLength(3);
    expect(daysBetween("2026-01-02", "2026-01-01")).toEqual([]);
  });
});
