import { describe, expect, test } from "vitest";
import { WaxsealError } from "../../../lib/errors.ts";
import type { DataKeyRewrapper } from "../../../lib/kms/data-key-rewrapper.ts";
import type { RawRecord } from "../../../lib/provider-keys/write-record.ts";
import { rewrapRecord, type RewrapPorts } from "../../../lib/rewrap/rewrap-record.ts";

const oldKey = "arn:aws:kms:us-east-1:111122223333:key/old";
const newKey = "arn:aws:kms:us-east-1:111122223333:key/new";
const current = { encryptionKeyId: newKey, keyMaterialId: "b".repeat(64) };
const record: RawRecord = {
  ownerId: "owner",
  slot: "openai/default",
  state: "active",
  sealId: "s".repeat(22),
  cipherSuite: "A256GCM",
  wrappedDataKey: Buffer.from("old wrapping"),
  encryptionKeyId: oldKey,
  keyMaterialId: "a".repeat(64),
  lastChange: { operation: "use", requestId: "another" },
};
const rewrapped = { ...current, wrappedDataKey: Buffer.from("new wrapping"), kmsRequestId: "kms-1" };
const moved = { ...record, ...rewrapped };

interface Calls {
  contexts: unknown[];
  written: number;
}

/** @param answers - of the store's conditional writes, and what is stored when it is looked at again. */
function ports(
  answers: {
    applied?: boolean[];
    again?: (RawRecord | undefined)[];
    rewrap?: DataKeyRewrapper["rewrapDataKey"];
  },
  dryRun = false,
): RewrapPorts & { calls: Calls } {
  const calls: Calls = { contexts: [], written: 0 };
  const applied = [...(answers.applied ?? [true])];
  const again = [...(answers.again ?? [])];
  return {
    calls,
    stage: "test",
    current,
    dryRun,
    store: {
      rewrap: async () => {
        calls.written += 1;
        return applied.shift() ?? true;
      },
      one: async () => again.shift(),
    },
    rewrapper: {
      rewrapDataKey: async (wrapped, context) => {
        calls.contexts.push(context);
        return answers.rewrap ? answers.rewrap(wrapped, context) : rewrapped;
      },
      wouldRewrapDataKey: async (wrapped, context) => {
        calls.contexts.push(context);
        await answers.rewrap?.(wrapped, context);
      },
    },
  };
}

describe("a record", () => {
  test("that is behind is moved, under the context of its own address", async () => {
    const given = ports({});
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "rewrapped" });
    expect(given.calls.contexts).toEqual([
      { purpose: "waxseal/provider-key", stage: "test", ownerId: "owner", slot: "openai/default" },
    ]);
  });

  test("that is current is left alone", async () => {
    const given = ports({});
    expect(await rewrapRecord(given, "job", moved)).toEqual({ outcome: "alreadyCurrent" });
    expect(given.calls).toEqual({ contexts: [], written: 0 });
  });

  test("of the same KMS key with older key material is behind", async () => {
    const older = { ...moved, keyMaterialId: "a".repeat(64) };
    expect(await rewrapRecord(ports({}), "job", older)).toEqual({ outcome: "rewrapped" });
  });

  test("that this very job moved before it was killed counts as moved by it", async () => {
    const ours = { ...moved, lastChange: { operation: "rewrap", requestId: "job" } };
    expect(await rewrapRecord(ports({}), "job", ours)).toEqual({ outcome: "rewrapped" });
    expect(await rewrapRecord(ports({}), "another", ours)).toEqual({ outcome: "alreadyCurrent" });
  });

  test("that was saved meanwhile is left to the save", async () => {
    const saved = { ...moved, sealId: "t".repeat(22), wrappedDataKey: Buffer.from("of a save") };
    const given = ports({ applied: [false], again: [saved] });
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "moved" });
  });

  test("that was saved meanwhile by an older writer is moved after all", async () => {
    const saved = { ...record, sealId: "t".repeat(22) };
    const given = ports({ applied: [false, true], again: [saved] });
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "rewrapped" });
    expect(given.calls.written).toBe(2);
  });

  test.each([
    ["removed", { ownerId: "owner", slot: "openai/default", state: "removed" }],
    ["purged", undefined],
  ])("that was %s meanwhile is left so", async (_what, now) => {
    const given = ports({ applied: [false], again: [now] });
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "moved" });
  });

  test("whose write was applied though its answer was lost counts as moved by it", async () => {
    const given = ports({ applied: [false], again: [moved] });
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "rewrapped" });
    expect(given.calls.written).toBe(1);
  });

  test("that changes whenever it is looked at is given up, retryably", async () => {
    const changing = Array.from({ length: 9 }, (_none, index) => ({
      ...record,
      sealId: String(index).repeat(22),
    }));
    const given = ports({ applied: changing.map(() => false), again: changing });
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "failed", reason: "CONFLICT" });
  });
});

describe("a record that cannot be moved is an outcome, not an exception", () => {
  test.each([
    ["without a wrapped data key", { wrappedDataKey: undefined }],
    ["with one that is no bytes", { wrappedDataKey: "text" }],
    ["without the KMS key's name", { encryptionKeyId: undefined }],
    ["with a seal id that is none", { sealId: "short" }],
  ])("%s", async (_what, damage) => {
    const given = ports({});
    const result = await rewrapRecord(given, "job", { ...record, ...damage });
    expect(result).toEqual({ outcome: "failed", reason: "RECORD_MALFORMED" });
    expect(given.calls.written).toBe(0);
  });

  test("one that KMS refuses, by the error's code", async () => {
    const refuse = async () => {
      throw new WaxsealError("DECRYPT_FAILED");
    };
    const given = ports({ rewrap: refuse });
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "failed", reason: "DECRYPT_FAILED" });
    expect(given.calls.written).toBe(0);
  });

  test("one whose failure nobody thought of", async () => {
    const refuse = async () => {
      throw new TypeError("a message that quotes CANARY");
    };
    const result = await rewrapRecord(ports({ rewrap: refuse }), "job", record);
    expect(result).toEqual({ outcome: "failed", reason: "INTERNAL" });
  });
});

describe("a dry run", () => {
  test("asks KMS, and writes nothing", async () => {
    const given = ports({}, true);
    expect(await rewrapRecord(given, "job", record)).toEqual({ outcome: "rewrapped" });
    expect(given.calls.contexts).toHaveLength(1);
    expect(given.calls.written).toBe(0);
  });

  test("says what would fail", async () => {
    const refuse = async () => {
      throw new WaxsealError("ACCESS_DENIED_BY_AWS");
    };
    const given = ports({ rewrap: refuse }, true);
    expect(await rewrapRecord(given, "job", record)).toEqual({
      outcome: "failed",
      reason: "ACCESS_DENIED_BY_AWS",
    });
  });
});
