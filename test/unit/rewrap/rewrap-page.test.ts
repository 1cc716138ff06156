import { describe, expect, test } from "vitest";
import { WaxsealError, type ErrorCode } from "../../../lib/errors.ts";
import type { RawRecord } from "../../../lib/provider-keys/write-record.ts";
import { rewrapPage, type RewrapPagePorts } from "../../../lib/rewrap/rewrap-page.ts";

const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/1";
const current = { encryptionKeyId: kmsKey, keyMaterialId: "b".repeat(64) };
const next = { ownerId: "last", slot: "openai/default" };

function behind(index: number): RawRecord {
  return {
    ownerId: `owner-${index}`,
    slot: "openai/default",
    state: "active",
    sealId: "s".repeat(22),
    wrappedDataKey: Buffer.from(`wrapping ${index}`),
    encryptionKeyId: kmsKey,
    keyMaterialId: "a".repeat(64),
  };
}
const many = (count: number) => Array.from({ length: count }, (_none, index) => behind(index));

/** @param refuse - which records KMS refuses, and why. */
function ports(records: RawRecord[], refuse: (index: number) => ErrorCode | undefined = () => undefined) {
  let asked = 0;
  const given: RewrapPagePorts & { asked(): number } = {
    asked: () => asked,
    stage: "test",
    current,
    dryRun: false,
    atOnce: 2,
    pageSize: 100,
    store: {
      page: async () => ({ records, next }),
      rewrap: async () => true,
      one: async () => undefined,
    },
    rewrapper: {
      rewrapDataKey: async ({ wrappedDataKey }) => {
        asked += 1;
        const code = refuse(Number(Buffer.from(wrappedDataKey).toString("utf8").split(" ")[1]));
        if (code) throw new WaxsealError(code);
        return { ...current, wrappedDataKey: Buffer.from("new"), kmsRequestId: "r" };
      },
      wouldRewrapDataKey: async () => undefined,
    },
  };
  return given;
}
const page = (given: RewrapPagePorts) => rewrapPage(given, "job", 0, 1, undefined);

describe("a page", () => {
  test("counts each record that holds something sealed once, and no tombstone", async () => {
    const tombstone = { ownerId: "gone", slot: "openai/default", state: "removed" };
    const upToDate = { ...behind(1), ...current };
    const result = await page(ports([behind(0), upToDate, tombstone, behind(2)]));
    expect(result).toEqual({
      counts: { scanned: 3, rewrapped: 2, alreadyCurrent: 1, moved: 0, failed: 0 },
      failures: [],
      next,
    });
  });

  test("names what failed, by address and code, and does the rest", async () => {
    const result = await page(ports(many(30), (index) => (index % 10 === 3 ? "DECRYPT_FAILED" : undefined)));
    expect(result.counts).toMatchObject({ scanned: 30, rewrapped: 27, failed: 3 });
    expect(result.failures).toEqual(
      [3, 13, 23].map((index) => ({
        ownerId: `owner-${index}`,
        slot: "openai/default",
        reason: "DECRYPT_FAILED",
      })),
    );
  });

  test("of which nothing can be done for no fault of the records' ends early, as an outage", async () => {
    const given = ports(many(100), () => "KMS_UNAVAILABLE");
    await expect(page(given)).rejects.toMatchObject({ code: "KMS_UNAVAILABLE", retryable: true });
    expect(given.asked()).toBeLessThan(12);
  });

  test("whose records are all damaged is no outage: another page may be whole", async () => {
    const result = await page(ports(many(40), () => "DECRYPT_FAILED"));
    expect(result.counts).toMatchObject({ scanned: 40, failed: 40 });
  });

  test("with one record that always fails retryably does not stop the job", async () => {
    const result = await page(ports([behind(0)], () => "KMS_UNAVAILABLE"));
    expect(result.counts).toMatchObject({ scanned: 1, failed: 1 });
  });
});
