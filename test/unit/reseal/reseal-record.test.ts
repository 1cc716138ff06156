import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sealedAttributes } from "../../../lib/attributes.ts";
import type { CipherSuite } from "../../../lib/envelope/suites.ts";
import type { RawRecord, RecordAddress } from "../../../lib/provider-keys/write-record.ts";
import { resealRecord } from "../../../lib/reseal/reseal-record.ts";
import { canaryKey } from "../../support/keys.ts";
import { RecordsTable, type Around } from "../../support/records-table.ts";
import { once, resealPorts } from "./ports.ts";

let table: RecordsTable;
beforeAll(async () => {
  table = await RecordsTable.start();
});
afterAll(() => table.close());

let count = 0;
const newAddress = (): RecordAddress => ({ ownerId: `owner-${(count += 1)}`, slot: "openai/default" });

/** A stored record, and its address and provider key. */
async function stored(suite: CipherSuite = "A256CBC-HS512", more: RawRecord = {}) {
  const address = newAddress();
  const providerKey = canaryKey();
  const record = await table.record(address, suite, providerKey, more);
  await table.put(record);
  return { address, providerKey, record };
}

/** Tells the calls that were made, in order. */
function recorded(calls: string[]): Around {
  return (call, proceed) => {
    calls.push(call);
    return proceed();
  };
}

/** Does something else once, just before a call. */
function before(name: string, act: () => Promise<unknown>): Around {
  let done = false;
  return async (call, proceed) => {
    if (call === name && !done) {
      done = true;
      await act();
    }
    return proceed();
  };
}

/** The answer of a call is lost, the first time. */
function losing(name: string): Around {
  let lost = false;
  return async (call, proceed) => {
    const answer = await proceed();
    if (call !== name || lost) return answer;
    lost = true;
    throw Object.assign(new Error("the answer is lost"), { name: "TimeoutError" });
  };
}

const forever = (name: string, act: () => Promise<unknown>): Around => {
  return async (call, proceed) => {
    if (call === name) await act();
    return proceed();
  };
};

describe("a record of another suite", () => {
  test.each([
    { from: "A256CBC-HS512", to: "A256GCM" },
    { from: "A256GCM", to: "A256CBC-HS512" },
  ] as const)("opens to the same after it was resealed from $from to $to", async ({ from, to }) => {
    const { address, providerKey, record } = await stored(from);
    const ports = resealPorts(table, undefined, { suite: to });
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "resealed" });
    expect(await table.opened(address, [to])).toBe(providerKey);
    expect(await table.get(address)).toMatchObject({ cipherSuite: to, endpointId: "openai-1" });
  });

  test("is claimed, then decrypted, then sealed under a new data key, then written: four calls", async () => {
    const { address, record } = await stored();
    const calls: string[] = [];
    await resealRecord(resealPorts(table, recorded(calls)), "job", record);
    expect(calls).toEqual(["Update reseal_claim", "Decrypt", "GenerateDataKey", "Update reseal"]);
    const after = await table.get(address);
    expect(after?.["lastChange"]).toMatchObject({ operation: "reseal", actor: "operator", requestId: "job" });
    expect(after?.["changeSeq"]).toBe(9);
  });

  test.each([{ state: "active" }, { state: "disabled" }, { expiresAt: "2026-01-01T00:00:00.000Z" }])(
    "keeps state, label, order, expiry, health and counters: %o",
    async (more) => {
      const { address, record } = await stored("A256CBC-HS512", more);
      expect(await resealRecord(resealPorts(table), "job", record)).toEqual({ outcome: "resealed" });
      const changed = [
        ...sealedAttributes,
        "sealId",
        "cipherSuite",
        "keyMaterialId",
        "changeSeq",
        "lastChange",
      ];
      const kept = (item: RawRecord = {}) =>
        Object.fromEntries(Object.entries(item).filter(([name]) => !changed.includes(name)));
      expect(kept(await table.get(address))).toEqual(kept(record));
    },
  );

  test("is named by its claim in CloudTrail's record of the decryption", async () => {
    const { record } = await stored();
    const ports = resealPorts(table, undefined, { newId: () => "named-use" });
    await resealRecord(ports, "job", record);
    const decryptions = table.endpoint
      .cloudTrailRecords()
      .filter(({ eventName, userAgent }) => eventName === "Decrypt" && userAgent.includes("named-use"));
    expect(decryptions.map(({ userAgent }) => userAgent.split(" ").at(-1))).toEqual([
      "waxseal-use/named-use.1",
    ]);
  });
});

describe("what has the suite already, or is no business of a reseal,", () => {
  test("is left alone: nothing is asked of KMS", async () => {
    const { record } = await stored("A256GCM");
    const calls: string[] = [];
    expect(await resealRecord(resealPorts(table, recorded(calls)), "job", record)).toEqual({
      outcome: "alreadyCurrent",
    });
    expect(calls).toEqual([]);
  });

  test("counts as resealed if this very job did it, before it was stopped", async () => {
    const { address, record } = await stored();
    await resealRecord(resealPorts(table), "job", record);
    const now = (await table.get(address)) ?? {};
    expect(await resealRecord(resealPorts(table), "job", now)).toEqual({ outcome: "resealed" });
    expect(await resealRecord(resealPorts(table), "other", now)).toEqual({ outcome: "alreadyCurrent" });
  });

  test("is only counted by a dry run", async () => {
    const { address, record } = await stored();
    const calls: string[] = [];
    const ports = resealPorts(table, recorded(calls), { dryRun: true });
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "resealed" });
    expect(calls).toEqual([]);
    expect(await table.get(address)).toEqual(record);
  });
});

describe("whoever changes a record meanwhile wins:", () => {
  const moments = ["Update reseal_claim", "Decrypt", "GenerateDataKey", "Update reseal"];

  test.each(moments)("a save before %s", async (moment) => {
    const { address, record } = await stored();
    const saved = await table.record(address, "A256GCM", canaryKey());
    const ports = resealPorts(
      table,
      before(moment, () => table.put(saved)),
    );
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "moved" });
    expect(await table.get(address)).toEqual(saved);
  });

  test.each(moments)("a removal before %s: what it stripped stays stripped", async (moment) => {
    const { address, record } = await stored();
    const tombstone = { ...address, state: "removed", changeSeq: 9, purgeAt: 1, sealId: record["sealId"] };
    const ports = resealPorts(
      table,
      before(moment, () => table.put(tombstone)),
    );
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "moved" });
    expect(await table.get(address)).toEqual(tombstone);
  });

  test("a save by an older writer is resealed after all", async () => {
    const { address, record } = await stored();
    const newer = canaryKey();
    const saved = await table.record(address, "A256CBC-HS512", newer);
    const ports = resealPorts(
      table,
      before("Update reseal", () => table.put(saved)),
    );
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "resealed" });
    expect(await table.opened(address, ["A256GCM"])).toBe(newer);
  });

  test("a record that is saved whenever it is looked at is given up", async () => {
    const { address, record } = await stored();
    const save = async () => table.put(await table.record(address, "A256CBC-HS512", canaryKey()));
    const ports = resealPorts(table, forever("Update reseal", save));
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "failed", reason: "CONFLICT" });
  });
});

describe("an answer that is lost changes nothing:", () => {
  test.each(["Update reseal_claim", "Decrypt", "GenerateDataKey", "Update reseal", "Query"])(
    "that of %s",
    async (call) => {
      const { address, providerKey, record } = await stored();
      expect(await resealRecord(resealPorts(table, losing(call)), "job", record)).toEqual({
        outcome: "resealed",
      });
      expect(await table.opened(address, ["A256GCM"])).toBe(providerKey);
    },
  );

  test("that of Update reseal, also where a use came before it was looked at", async () => {
    const { address, record } = await stored();
    const used = async () => {
      const now = (await table.get(address)) ?? {};
      await table.put({ ...now, lastChange: record["lastChange"], useCount: 6 });
    };
    const lost = losing("Update reseal");
    const thenUsed = before("Query", used);
    const ports = resealPorts(table, (call, proceed) => thenUsed(call, () => lost(call, proceed)));
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "resealed" });
    expect(await table.get(address)).toMatchObject({ cipherSuite: "A256GCM", useCount: 6 });
  });

  test("a claim that cannot be made for certain is made again, under another use id", async () => {
    const { record } = await stored();
    const ids: string[] = [];
    const newId = () => `use-${ids.push("")}`;
    const ports = resealPorts(table, losing("Update reseal_claim"), { newId }, once);
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "resealed" });
    expect(ids).toHaveLength(2);
  });
});

describe("a record that was tampered with is not made good by a reseal:", () => {
  const other = () => Buffer.alloc(32, 7);
  test.each([
    { what: "another endpoint, registered", damage: { endpointId: "openai-2" }, reason: "DECRYPT_FAILED" },
    { what: "another endpoint, of nobody", damage: { endpointId: "mine" }, reason: "ORIGIN_NOT_REGISTERED" },
    { what: "another provider's", damage: { endpointId: "anthropic-1" }, reason: "ORIGIN_NOT_REGISTERED" },
    { what: "another ciphertext", damage: { ciphertext: other() }, reason: "DECRYPT_FAILED" },
    { what: "another tag", damage: { tag: other() }, reason: "DECRYPT_FAILED" },
    { what: "another seal's id", damage: { sealId: "x".repeat(22) }, reason: "DECRYPT_FAILED" },
    { what: "no tag", damage: { tag: undefined }, reason: "DECRYPT_FAILED" },
    { what: "a wrapped data key of nobody", damage: { wrappedDataKey: other() }, reason: "DECRYPT_FAILED" },
  ])("$what is $reason, its sealed bytes stay, and the failure is noted", async ({ damage, reason }) => {
    const { address, record } = await stored("A256CBC-HS512", damage);
    const known = new Set(["openai=openai-1", "openai=openai-2", "anthropic=anthropic-1"]);
    const ports = resealPorts(table, undefined, { endpoints: known });
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "failed", reason });
    const now = await table.get(address);
    const { changeSeq: _seq, lastChange: _change, ...rest } = record;
    expect(now).toMatchObject(rest);
    expect(now?.["lastChange"]).toMatchObject({ operation: "open_failed", requestId: "job" });
  });

  test("what was sealed for another owner and slot, moved under this one's address", async () => {
    const { record } = await stored();
    const address = newAddress();
    const moved = { ...record, ...address };
    await table.put(moved);
    expect(await resealRecord(resealPorts(table), "job", moved)).toEqual({
      outcome: "failed",
      reason: "DECRYPT_FAILED",
    });
    expect(await table.get(address)).toMatchObject({ cipherSuite: "A256CBC-HS512" });
  });

  test.each([
    ["without a suite", { cipherSuite: undefined }],
    ["with a suite that is none", { cipherSuite: "A128CBC" }],
    ["with a state that is none", { state: "odd" }],
  ])("one %s is not even claimed", async (_what, damage) => {
    const { address, record } = await stored("A256CBC-HS512", damage);
    const result = await resealRecord(resealPorts(table), "job", record);
    expect(result).toEqual({ outcome: "failed", reason: "RECORD_MALFORMED" });
    expect(await table.get(address)).toMatchObject({ changeSeq: 7 });
  });

  test("one whose suite is refused is not even claimed", async () => {
    const { address, record } = await stored();
    const ports = resealPorts(table, undefined, { readSuites: ["A256GCM"] });
    expect(await resealRecord(ports, "job", record)).toEqual({ outcome: "failed", reason: "SUITE_REFUSED" });
    expect(await table.get(address)).toMatchObject({ changeSeq: 7 });
  });
});
