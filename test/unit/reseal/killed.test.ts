import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RawRecord } from "../../../lib/provider-keys/write-record.ts";
import { resealPage } from "../../../lib/reseal/reseal-page.ts";
import { resealRecord } from "../../../lib/reseal/reseal-record.ts";
import { canaryKey } from "../../support/keys.ts";
import { RecordsTable, type Around } from "../../support/records-table.ts";
import { once, resealPorts } from "./ports.ts";

let table: RecordsTable;
beforeAll(async () => {
  table = await RecordsTable.start();
});
afterAll(() => table.close());

/** From the nth call on nothing goes through, as of a process that was killed: before it, or when it was carried out. */
function killedAt(nth: number, when: "before" | "after"): Around {
  let calls = 0;
  return async (_call, proceed) => {
    calls += 1;
    if (calls > nth || (calls === nth && when === "before")) throw new Error("killed");
    const answer = await proceed();
    if (calls >= nth) throw new Error("killed");
    return answer;
  };
}

const moments = [1, 2, 3, 4].flatMap((nth) => [
  { nth, when: "before" as const },
  { nth, when: "after" as const },
]);

describe("a reseal that is killed", () => {
  test.each(moments)(
    "$when call $nth of a record leaves one that opens, and ends the same when it is run again",
    async ({ nth, when }) => {
      const address = { ownerId: `killed-${nth}-${when}`, slot: "openai/default" };
      const providerKey = canaryKey();
      const record = await table.record(address, "A256CBC-HS512", providerKey);
      await table.put(record);
      const killed = resealPorts(table, killedAt(nth, when), {}, once);
      await resealRecord(killed, "job", record);
      expect(await table.opened(address)).toBe(providerKey);

      const now = (await table.get(address)) ?? {};
      expect(await resealRecord(resealPorts(table), "job", now)).toEqual({ outcome: "resealed" });
      expect(await table.opened(address, ["A256GCM"])).toBe(providerKey);
      const { label, order, savedAt, useCount, lastUsedAt, state, health } = record;
      expect(await table.get(address)).toMatchObject({
        ...{ label, order, savedAt, useCount, lastUsedAt, state, health },
      });
    },
  );

  test("at any call of a page of ten ends in the same records and the same counts", async () => {
    const own = await RecordsTable.start();
    try {
      for (const nth of [1, 7, 24, 41, 42]) {
        const records = new Map<string, string>();
        for (let n = 0; n < 10; n += 1) {
          const address = { ownerId: `page-${n}`, slot: "openai/default" };
          records.set(address.ownerId, canaryKey());
          await own.put(await own.record(address, "A256CBC-HS512", records.get(address.ownerId) ?? ""));
        }
        const killed = resealPorts(own, killedAt(nth, "after"), { pageSize: 20 }, once);
        await resealPage(killed, `job-${nth}`, 0, 1, undefined).catch(() => undefined);
        const again = resealPorts(own, undefined, { pageSize: 20 });
        const { counts, failures } = await resealPage(again, `job-${nth}`, 0, 1, undefined);
        expect(counts).toEqual({ scanned: 10, resealed: 10, alreadyCurrent: 0, moved: 0, failed: 0 });
        expect(failures).toEqual([]);
        for (const [ownerId, providerKey] of records)
          expect(await own.opened({ ownerId, slot: "openai/default" }, ["A256GCM"])).toBe(providerKey);
      }
    } finally {
      await own.close();
    }
  });
});

test("a page names what failed, moves the others, and leaves tombstones out", async () => {
  const own = await RecordsTable.start();
  try {
    const owner = (n: number) => ({ ownerId: `mixed-${n}`, slot: "openai/default" });
    const good = await own.record(owner(1), "A256CBC-HS512", canaryKey());
    const damaged: RawRecord = await own.record(owner(2), "A256CBC-HS512", canaryKey(), {
      tag: Buffer.alloc(32),
    });
    const current = await own.record(owner(3), "A256GCM", canaryKey());
    const tombstone = { ...owner(4), state: "removed", sealId: "s".repeat(22), cipherSuite: "A256CBC-HS512" };
    for (const item of [good, damaged, current, tombstone]) await own.put(item);
    const { counts, failures, next } = await resealPage(resealPorts(own), "job", 0, 1, undefined);
    expect(counts).toEqual({ scanned: 3, resealed: 1, alreadyCurrent: 1, moved: 0, failed: 1 });
    expect(failures).toEqual([{ ...owner(2), reason: "DECRYPT_FAILED" }]);
    expect(next).toBeUndefined();
    expect(await own.get(owner(4))).toEqual(tombstone);
  } finally {
    await own.close();
  }
});

test("a page of which nothing could be done for no fault of its records stops the job", async () => {
  const own = await RecordsTable.start();
  try {
    for (let n = 0; n < 10; n += 1)
      await own.put(
        await own.record({ ownerId: `out-${n}`, slot: "openai/default" }, "A256CBC-HS512", canaryKey()),
      );
    const down: Around = (call, proceed) =>
      call === "Decrypt" ? Promise.reject(new Error("down")) : proceed();
    await expect(resealPage(resealPorts(own, down), "job", 0, 1, undefined)).rejects.toMatchObject({
      code: "KMS_UNAVAILABLE",
    });
  } finally {
    await own.close();
  }
});
