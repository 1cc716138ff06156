/**
 * CloudTrail User Guide: "CloudTrail log file name format", "CloudTrail digest file structure", "Custom
 * implementations of CloudTrail log file integrity validation".
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { CloudTrailLog } from "../../../local/aws/cloudtrail.ts";
import { digestKeyOf } from "../../../local/trail/digest-key.ts";
import type { TrailFaults } from "../../../local/trail/faults.ts";
import { digestKey, toyTrails, trail, type Digest } from "./toy-trail.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-25T10:17:30.500Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("log files", () => {
  test("records of a moment are in one file, gzipped JSON with the documented name", async () => {
    const { trails, add, logFiles, delivered } = toyTrails();
    trails.deploy([trail]);
    add("one");
    add("two");
    await vi.advanceTimersByTimeAsync(1_000);
    add("three");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["one", "two"], ["three"]]);
    const [file, other] = logFiles();
    expect(file?.name).toMatch(
      /^AWSLogs\/111122223333\/CloudTrail\/us-east-1\/2026\/11\/25\/111122223333_CloudTrail_us-east-1_20261125T1017Z_[A-Za-z0-9]{16}\.json\.gz$/,
    );
    expect(other?.name).not.toBe(file?.name);
    const { Records } = JSON.parse(gunzipSync(file?.body ?? "").toString()) as { Records: unknown[] };
    expect(Records[0]).toMatchObject({ eventSource: "kms.amazonaws.com", eventTime: "2026-11-25T10:17:30Z" });
  });

  test("a prefix goes before everything", async () => {
    const { trails, add, logFiles, digests } = toyTrails();
    trails.deploy([{ ...trail, prefix: "a/b" }]);
    add("one");
    await vi.advanceTimersByTimeAsync(1_000);
    trails.digest();
    expect(logFiles()[0]?.name).toMatch(/^a\/b\/AWSLogs\/111122223333\/CloudTrail\//);
    expect(digests()[0]?.name).toMatch(/^a\/b\/AWSLogs\/111122223333\/CloudTrail-Digest\//);
  });

  test("none comes before its delay, unless asked for", async () => {
    const { trails, add, delivered } = toyTrails({ delayMs: 300_000 });
    trails.deploy([trail]);
    add("one");
    await vi.advanceTimersByTimeAsync(300_000);
    expect(delivered()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["one"]]);
    add("two");
    trails.flush();
    expect(delivered()).toEqual([["one"], ["two"]]);
    await vi.advanceTimersByTimeAsync(400_000);
    expect(delivered()).toHaveLength(2);
  });

  test("what is called while no trail logs is in no file, and not on the bus", async () => {
    const { trails, add, delivered, onBus } = toyTrails();
    trails.deploy([{ ...trail, isLogging: false }]);
    add("one");
    trails.deploy([trail]);
    add("two");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["two"]]);
    expect(onBus).toEqual(["two"]);
  });

  test("each trail gets a file of its own", async () => {
    const { trails, add, delivered } = toyTrails();
    trails.deploy([trail, { ...trail, name: "other" }]);
    add("one");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["one"], ["one"]]);
  });
});

describe("deliveries that go wrong on purpose", () => {
  const faults: TrailFaults = ({ requestID }) =>
    ({
      held: { delivery: "held" as const },
      late: { delivery: { lateMs: 60_000 } },
      doubled: { copies: 2 },
      quiet: { isMissingOnBus: true },
      backfilled: { isBackfilled: true },
    })[requestID];

  test("what is held comes when it is released, what is late after the others", async () => {
    const { trails, add, delivered, onBus } = toyTrails({ faults });
    trails.deploy([trail]);
    for (const requestId of ["held", "late", "plain"]) add(requestId);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["plain"]]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(delivered()).toEqual([["plain"], ["late"]]);
    trails.flush();
    trails.release();
    trails.release();
    expect(delivered()).toEqual([["plain"], ["late"], ["held"]]);
    expect(onBus).toEqual(["held", "late", "plain"]);
  });

  test("what is doubled is in two files", async () => {
    const { trails, add, delivered } = toyTrails({ faults });
    trails.deploy([trail]);
    for (const requestId of ["plain", "doubled"]) add(requestId);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["plain", "doubled"], ["doubled"]]);
  });

  test("what is missing on the bus is in its file", async () => {
    const { trails, add, delivered, onBus } = toyTrails({ faults });
    trails.deploy([trail]);
    add("quiet");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(delivered()).toEqual([["quiet"]]);
    expect(onBus).toEqual([]);
  });

  test("a file that its digest left out is in a backfill digest, of a chain of its own", async () => {
    const { trails, add, delivered, digests } = toyTrails({ faults });
    trails.deploy([trail]);
    for (let round = 0; round < 2; round++) {
      for (const requestId of ["plain", "backfilled"]) add(requestId);
      await vi.advanceTimersByTimeAsync(5_000);
      trails.digest();
    }
    expect(delivered()).toEqual([["plain"], ["backfilled"], ["plain"], ["backfilled"]]);
    const [first, firstBackfill, second, secondBackfill] = digests();
    expect([first, firstBackfill].map((one) => one?.json.logFiles.length)).toEqual([1, 1]);
    expect(firstBackfill?.name).toMatch(/_\d{8}T\d{6}Z_backfill\.json\.gz$/);
    expect(firstBackfill?.metadata).toHaveProperty("backfill-generation-timestamp");
    expect(first?.metadata).not.toHaveProperty("backfill-generation-timestamp");
    expect(second?.json.previousDigestS3Object).toBe(first?.name);
    expect(secondBackfill?.json.previousDigestS3Object).toBe(firstBackfill?.name);
  });
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** As the guide says that whoever validates should do. */
function isValid({
  body,
  metadata,
  json,
}: ReturnType<ReturnType<typeof toyTrails>["digests"]>[number]): boolean {
  const { digestEndTime, digestS3Object, previousDigestSignature } = json;
  const lines = [
    digestEndTime,
    `bucket/${digestS3Object}`,
    sha256(gunzipSync(body)),
    previousDigestSignature ?? "null",
  ];
  const publicKey = createPublicKey({ key: digestKey().publicDer, format: "der", type: "pkcs1" });
  const signature = Buffer.from(metadata?.["signature"] ?? "", "hex");
  return verify("sha256", Buffer.from(lines.join("\n")), publicKey, signature);
}

describe("digests", () => {
  test("name every file that was delivered, with its hash, each signed and chained to the one before", async () => {
    const { trails, add, digests, logFiles } = toyTrails();
    trails.deploy([trail]);
    for (const requestId of ["one", "two", "three"]) {
      add(requestId);
      await vi.advanceTimersByTimeAsync(2_000);
      trails.digest();
    }
    const found = digests();
    expect(found.map(({ name }) => name)).toEqual([
      "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/25/111122223333_CloudTrail-Digest_us-east-1_toy_us-east-1_20261125T101733Z.json.gz",
      expect.stringContaining("T101735Z"),
      expect.stringContaining("T101737Z"),
    ]);
    expect(found.map(isValid)).toEqual([true, true, true]);
    const [first, second] = found;
    expect(first?.json).toEqual({
      awsAccountId: "111122223333",
      digestStartTime: "2026-11-25T10:17:30Z",
      digestEndTime: "2026-11-25T10:17:33Z",
      digestS3Bucket: "bucket",
      digestS3Object: first?.name,
      digestPublicKeyFingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      digestSignatureAlgorithm: "SHA256withRSA",
      newestEventTime: "2026-11-25T10:17:30Z",
      oldestEventTime: "2026-11-25T10:17:30Z",
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
      logFiles: [
        {
          s3Bucket: "bucket",
          s3Object: logFiles()[0]?.name,
          hashValue: sha256(gunzipSync(logFiles()[0]?.body ?? "")),
          hashAlgorithm: "SHA-256",
          newestEventTime: "2026-11-25T10:17:30Z",
          oldestEventTime: "2026-11-25T10:17:30Z",
        },
      ],
    });
    expect(second?.json).toMatchObject({
      digestStartTime: first?.json.digestEndTime,
      previousDigestS3Bucket: "bucket",
      previousDigestS3Object: first?.name,
      previousDigestHashValue: sha256(gunzipSync(first?.body ?? "")),
      previousDigestHashAlgorithm: "SHA-256",
      previousDigestSignature: first?.metadata?.["signature"],
    });
    expect(first?.metadata).toMatchObject({ "signature-algorithm": "SHA256withRSA" });
  });

  test("come by themselves, on whole minutes, also where nothing was delivered", async () => {
    const { trails, add, digests } = toyTrails({ digestMs: 60_000 });
    trails.deploy([trail]);
    add("one");
    await vi.advanceTimersByTimeAsync(120_000);
    const told = ({ json }: { json: Digest }) => [
      json.digestEndTime,
      json.logFiles.length,
      json.newestEventTime,
    ];
    expect(digests().map(told)).toEqual([
      ["2026-11-25T10:18:00Z", 1, "2026-11-25T10:17:30Z"],
      ["2026-11-25T10:19:00Z", 0, null],
    ]);
  });

  test("two of one second have two names", () => {
    const { trails, digests } = toyTrails();
    trails.deploy([trail]);
    trails.digest();
    trails.digest();
    const [one, other] = digests();
    expect(other?.name).not.toBe(one?.name);
    expect(other?.json.digestStartTime).toBe(one?.json.digestEndTime);
  });

  test("are not written without log file validation", async () => {
    const { trails, add, digests, delivered } = toyTrails({ digestMs: 60_000 });
    trails.deploy([{ ...trail, validatesLogFiles: false }]);
    add("one");
    await vi.advanceTimersByTimeAsync(120_000);
    expect([delivered(), digests()]).toEqual([[["one"]], []]);
  });

  test("end with the last call where logging is stopped, and begin a chain anew with the first after", async () => {
    const { trails, add, digests, delivered } = toyTrails({ delayMs: 60_000 });
    trails.deploy([trail]);
    add("before");
    trails.setLogging("toy", false);
    add("meanwhile");
    trails.deploy([trail]);
    expect(trails.all().map(({ isLogging }) => isLogging)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(5_000);
    trails.setLogging("toy", true);
    add("after");
    trails.flush();
    trails.digest();
    expect(delivered()).toEqual([["before"], ["after"]]);
    const told = ({ json }: { json: Digest }) => [json.logFiles.length, json.previousDigestS3Object];
    expect(digests().map(told)).toEqual([
      [1, null],
      [1, null],
    ]);
  });
});

describe("over a restart", () => {
  function folder() {
    const path = mkdtempSync(join(tmpdir(), "waxseal-trail-"));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    const kept = {
      file: join(path, "trail.jsonl"),
      digestKey: digestKeyOf(() => new Date(), join(path, "key.json")),
    };
    return { kept, log: () => new CloudTrailLog(join(path, "cloudtrail.jsonl")) };
  }

  test("what was not delivered is, what was is not, and the chain goes on under the same key", async () => {
    const { kept, log } = folder();
    const first = toyTrails({ ...kept, delayMs: 1_000 }, log());
    first.trails.deploy([trail]);
    first.add("delivered");
    await vi.advanceTimersByTimeAsync(2_000);
    first.trails.digest();
    first.add("digested later");
    first.trails.flush();
    first.add("killed before");
    // Killed: it is not closed.
    const second = toyTrails({ ...kept, delayMs: 1_000 }, log());
    second.trails.deploy([trail]);
    second.trails.flush();
    second.trails.digest();
    expect(second.delivered()).toEqual([["killed before"]]);
    const [before] = first.digests();
    const [after] = second.digests();
    expect(after?.json.logFiles).toHaveLength(2);
    expect(after?.json.previousDigestS3Object).toBe(before?.name);
    expect(after?.json.digestPublicKeyFingerprint).toBe(before?.json.digestPublicKeyFingerprint);
    expect(second.onBus).toEqual([]);
  });

  test("closing delivers what waits; what was held comes after the next start", () => {
    const { kept, log } = folder();
    const faults: TrailFaults = ({ requestID }) => (requestID === "held" ? { delivery: "held" } : undefined);
    const first = toyTrails({ ...kept, delayMs: 60_000, faults }, log());
    first.trails.deploy([trail]);
    first.add("held");
    first.add("waiting");
    first.trails.close();
    expect(first.delivered()).toEqual([["waiting"]]);
    const second = toyTrails(kept, log());
    second.trails.deploy([trail]);
    second.trails.close();
    expect(second.delivered()).toEqual([["held"]]);
  });
});
