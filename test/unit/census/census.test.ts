import { describe, expect, test } from "vitest";
import { takeCensus } from "../../../lib/census/census.ts";
import type { Page, PageOfSegment } from "../../../lib/provider-keys/walk.ts";
import type { RawRecord } from "../../../lib/provider-keys/write-record.ts";

const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/1";
const current = { encryptionKeyId: kmsKey, keyMaterialId: "b".repeat(64) };
const older = { encryptionKeyId: kmsKey, keyMaterialId: "a".repeat(64) };
const gcm = { state: "active", cipherSuite: "A256GCM" };
const cbc = { state: "active", cipherSuite: "A256CBC-HS512" };

/** Each segment has its pages. */
function census(segments: RawRecord[][][]) {
  const page = async ({ segment, cursor }: PageOfSegment): Promise<Page> => {
    const index = cursor ? Number(cursor.ownerId) : 0;
    const isLast = index + 1 === segments[segment]?.length;
    return {
      records: segments[segment]?.[index] ?? [],
      next: isLast ? undefined : { ownerId: String(index + 1), slot: "" },
    };
  };
  return takeCensus({ walk: { page }, current, segments: segments.length });
}

describe("a census", () => {
  test("counts what is sealed, by KMS key, key material, suite and state, over all pages of all segments", async () => {
    const result = await census([
      [
        [
          { ...gcm, ...current },
          { ...cbc, ...older },
        ],
        [{ ...cbc, ...older, state: "disabled" }],
      ],
      [[{ state: "removed" }], [], [{ ...gcm, ...current }]],
    ]);
    expect(result).toEqual({
      ...{ total: 4, active: 3, disabled: 1, removed: 1, unreadable: 0 },
      byKeyMaterial: [
        { ...current, current: true, records: 2 },
        { ...older, current: false, records: 2 },
      ],
      bySuite: { "A256CBC-HS512": 2, A256GCM: 2 },
      behind: 2,
    });
  });

  test.each([
    ["without a state", { ...current, cipherSuite: "A256GCM" }],
    ["of a state that is none", { ...gcm, ...current, state: "lost" }],
    ["without the KMS key's name", { ...gcm, keyMaterialId: "a" }],
    ["whose key material is no text", { ...gcm, ...current, keyMaterialId: 7 }],
  ])("hides no record %s: it is unreadable, and behind", async (_what, record) => {
    const result = await census([[[record]]]);
    expect(result).toMatchObject({ total: 1, unreadable: 1, behind: 1, byKeyMaterial: [] });
  });

  test("of nothing is nothing", async () => {
    expect(await census([[[]]])).toMatchObject({ total: 0, behind: 0, byKeyMaterial: [], bySuite: {} });
  });
});
