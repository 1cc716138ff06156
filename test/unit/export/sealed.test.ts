import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { restoreFile, type RestoredLine } from "../../../lib/export/restore.ts";
import { exportSealed } from "../../../lib/export/sealed-export.ts";
import { writePrivateFile } from "../../../lib/export/private-file.ts";
import type { RestorePorts } from "../../../lib/export/restore-record.ts";
import type { RawRecord, RecordAddress } from "../../../lib/provider-keys/write-record.ts";
import { canaryKey } from "../../support/keys.ts";
import { around, encryptionKeyId, RecordsTable, stage, type Around } from "../../support/records-table.ts";

let table: RecordsTable;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-export-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  table = await RecordsTable.start();
  return () => table.close();
});

let files = 0;
const newFile = () => join(folder, `export-${(files += 1)}.jsonl`);
const address = (n: number): RecordAddress => ({ ownerId: `owner-${n}`, slot: "openai/default" });

/** Three records, of which the last is what a removal left; the provider keys of the others. */
async function threeRecords() {
  const providerKeys = [canaryKey(), canaryKey()] as const;
  await table.put(await table.record(address(1), "A256GCM", providerKeys[0]));
  await table.put(await table.record(address(2), "A256CBC-HS512", providerKeys[1], { state: "disabled" }));
  await table.put({ ...address(3), state: "removed", changeSeq: 4, purgeAt: 1 });
  return providerKeys;
}

async function exported(path = newFile()) {
  const ports = { dynamo: table.dynamo, table: table.name, stage, tombstoneDays: 30, now: () => new Date() };
  return { path, ...(await exportSealed(ports, path, false)) };
}

function restorePorts(changes: Partial<RestorePorts> = {}, surround?: Around): RestorePorts {
  const { dynamo } = around(table, surround ?? ((_call, proceed) => proceed()));
  const retry = { maxAttempts: 2, longestDelayMs: 1, wait: async () => undefined };
  return {
    ...{ dynamo, table: table.name, caller: "test", restoreId: "restore-1", now: () => new Date(), retry },
    newId: () => randomBytes(16).toString("base64url"),
    openingKeyIds: new Set([encryptionKeyId]),
    ...{ replaceDamaged: false, dryRun: false, ...changes },
  };
}

async function restored(path: string, ports = restorePorts()) {
  const lines: RestoredLine[] = [];
  const { counts, isWhole } = await restoreFile(
    ports,
    path,
    () => undefined,
    (line) => lines.push(line),
  );
  return { counts, isWhole, lines: lines.sort((a, b) => a.line - b.line) };
}

const none = { records: 3, restored: 0, there: 0, removedSince: 0, wasRemoved: 1, failed: 0 };

describe("a sealed export", () => {
  test("has a header, every item whole with its bytes in base64, tombstones too, and an end", async () => {
    await threeRecords();
    const { path, records, tombstones, sha256, bytes } = await exported();
    const text = readFileSync(path, "utf8");
    const [header, ...items] = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RawRecord);
    expect(items.pop()).toEqual({ schemaVersion: 1, items: 3 });
    expect(header).toMatchObject({
      schemaVersion: 1,
      format: "waxseal-sealed-export",
      stage,
      table: table.name,
      tombstoneDays: 30,
    });
    expect({ records, tombstones, items: items.length }).toEqual({ records: 2, tombstones: 1, items: 3 });
    const first = items.map(({ Item }) => Item as Record<string, Record<string, string>>);
    const stored = await table.get(address(1));
    const line = first.find(({ ownerId }) => ownerId?.["S"] === "owner-1");
    expect(Buffer.from(line?.["ciphertext"]?.["B"] ?? "", "base64")).toEqual(
      Buffer.from(stored?.["ciphertext"] as Uint8Array),
    );
    expect(sha256).toBe(createHash("sha256").update(text).digest("hex"));
    expect(bytes).toBe(text.length);
    expect(text).not.toContain("CANARY");
  });

  test("goes to a file that its owner alone may read, and never over another", async () => {
    await threeRecords();
    const { path } = await exported();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, "utf8");
    await expect(exported(path)).rejects.toMatchObject({ code: "REFUSED" });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("that fails half-way leaves no file", async () => {
    const path = join(mkdtempSync(join(folder, "half-")), "out.jsonl");
    const half = writePrivateFile(path, false, async (write) => {
      await write("a line");
      throw new Error("the table is gone");
    });
    await expect(half).rejects.toThrow("the table is gone");
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  test("does not replace a file that came while it was written", async () => {
    const path = newFile();
    const late = writePrivateFile(path, false, async () => writeFileSync(path, "another's"));
    await expect(late).rejects.toMatchObject({ code: "USAGE" });
    expect(readFileSync(path, "utf8")).toBe("another's");
  });

  test("replaces by force a file only, no device", async () => {
    const path = newFile();
    writeFileSync(path, "old", { mode: 0o644 });
    await writePrivateFile(path, true, (write) => write("new"));
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const device = writePrivateFile("/dev/null", true, (write) => write("new"));
    await expect(device).rejects.toMatchObject({ code: "REFUSED" });
    expect(existsSync("/dev/null")).toBe(true);
  });
});

describe("a restore", () => {
  test("puts back what the table lost, to open as before, with its counters; the change is noted", async () => {
    const [providerKey, disabledKey] = await threeRecords();
    const before = (await table.get(address(1))) ?? {};
    const { path } = await exported();
    for (const n of [1, 2, 3]) await table.delete(address(n));
    const { counts } = await restored(path);
    expect(counts).toEqual({ ...none, restored: 2 });
    expect(await table.opened(address(1))).toBe(providerKey);
    expect(await table.opened(address(2))).toBe(disabledKey);
    expect(await table.get(address(2))).toMatchObject({ state: "disabled" });
    const { lastChange, changeSeq, recordId, ...rest } = (await table.get(address(1))) ?? {};
    expect(before).toMatchObject(rest);
    // Another life of it: what happened since the export has numbers already.
    expect(recordId).not.toBe(before["recordId"]);
    expect(changeSeq).toBe(1);
    expect(lastChange).toMatchObject({ operation: "restore", actor: "operator", requestId: "restore-1" });
    expect(await table.get(address(3))).toBeUndefined();
  });

  test("leaves alone what is there: run again it changes nothing", async () => {
    await threeRecords();
    const { path } = await exported();
    const before = [await table.get(address(1)), await table.get(address(2))];
    expect((await restored(path)).counts).toEqual({ ...none, there: 2 });
    expect([await table.get(address(1)), await table.get(address(2))]).toEqual(before);
  });

  test("brings back nothing that was removed since", async () => {
    await threeRecords();
    const { path } = await exported();
    const tombstone = { ...address(1), state: "removed", changeSeq: 9, purgeAt: 2 };
    await table.put(tombstone);
    const { counts, lines } = await restored(path, restorePorts({ replaceDamaged: true }));
    expect(counts).toEqual({ ...none, removedSince: 1, there: 1 });
    expect(lines.find(({ ownerId }) => ownerId === "owner-1")).toMatchObject({ outcome: "removedSince" });
    expect(await table.get(address(1))).toEqual(tombstone);
  });

  test.each([
    ["a removal", { state: "removed", changeSeq: 9, purgeAt: 2 }, "removedSince"],
    ["a save", { state: "active", changeSeq: 1, sealId: "n".repeat(22) }, "there"],
  ])("lets %s win that comes between its look and its write", async (_what, came, outcome) => {
    await threeRecords();
    const { path } = await exported();
    await table.delete(address(1));
    const late: Around = async (call, proceed) => {
      if (call === "Update restore") await table.put({ ...address(1), ...came });
      return proceed();
    };
    const { lines } = await restored(path, restorePorts({}, late));
    expect(lines.find(({ ownerId }) => ownerId === "owner-1")).toMatchObject({ outcome });
    expect(await table.get(address(1))).toEqual({ ...address(1), ...came });
  });

  test("whose answer was lost is known as its own", async () => {
    await threeRecords();
    const { path } = await exported();
    await table.delete(address(1));
    let lost = false;
    const losing: Around = async (call, proceed) => {
      const answer = await proceed();
      if (call !== "Update restore" || lost) return answer;
      lost = true;
      throw Object.assign(new Error("lost"), { name: "TimeoutError" });
    };
    expect((await restored(path, restorePorts({}, losing))).counts).toEqual({
      ...none,
      restored: 1,
      there: 1,
    });
  });

  test("only says so in a dry run", async () => {
    await threeRecords();
    const { path } = await exported();
    await table.delete(address(1));
    const { counts } = await restored(path, restorePorts({ dryRun: true }));
    expect(counts).toEqual({ ...none, restored: 1, there: 1 });
    expect(await table.get(address(1))).toBeUndefined();
  });

  test("names each line that is no record, and takes the others", async () => {
    await threeRecords();
    const { path } = await exported();
    for (const n of [1, 2, 3]) await table.delete(address(n));
    const [header = "", ...items] = readFileSync(path, "utf8").trimEnd().split("\n");
    items.pop();
    const foreign = JSON.stringify({ Item: { ...itemOf(items, "owner-1"), admin: { BOOL: true } } });
    const cut = JSON.stringify({ Item: { ...itemOf(items, "owner-1"), tag: { B: "" } } });
    const damaged = newFile();
    writeFileSync(
      damaged,
      [header, "{not json", foreign, cut, `{"Item":{"a":{"Q":"?"}}}`, ...items].join("\n"),
    );
    const { counts, lines } = await restored(damaged);
    expect(counts).toEqual({ ...none, records: 7, restored: 2, failed: 4 });
    const failed = lines.filter(({ outcome }) => outcome === "failed");
    expect(failed.map(({ line, reason }) => [line, reason])).toEqual(
      [2, 3, 4, 5].map((line) => [line, "RECORD_MALFORMED"]),
    );
  });

  test("knows a file that was cut, and takes what it has", async () => {
    await threeRecords();
    const { path } = await exported();
    expect((await restored(path)).isWhole).toBe(true);
    await table.delete(address(1));
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const cut = newFile();
    for (const kept of [lines.slice(0, -1), [...lines.slice(0, 2), ...lines.slice(-1)]]) {
      writeFileSync(cut, `${kept.join("\n")}\n`);
      expect((await restored(cut)).isWhole).toBe(false);
    }
    expect(await table.get(address(1))).toBeDefined();
  });

  test("puts back nothing that would not open: its KMS key is disabled, going, or none of the stack's", async () => {
    await threeRecords();
    const { path } = await exported();
    await table.delete(address(1));
    const { counts, lines } = await restored(path, restorePorts({ openingKeyIds: new Set() }));
    expect(counts).toEqual({ ...none, there: 1, failed: 1 });
    expect(lines.find(({ ownerId }) => ownerId === "owner-1")).toMatchObject({
      outcome: "failed",
      reason: "ENCRYPTION_KEY_UNAVAILABLE",
    });
    expect(await table.get(address(1))).toBeUndefined();
  });

  test("gives an active record no time at which TTL would take it away again", async () => {
    await table.put(await table.record(address(1), "A256GCM", canaryKey(), { purgeAt: 1 }));
    const { path } = await exported();
    await table.delete(address(1));
    expect((await restored(path)).counts).toMatchObject({ restored: 1 });
    expect(await table.get(address(1))).not.toHaveProperty("purgeAt");
  });

  test.each([
    ["no sealed export", "a text\n", "USAGE"],
    ["an empty file", "", "USAGE"],
    ["a file that is not there", undefined, "SOURCE_UNAVAILABLE"],
  ])("refuses %s", async (_what, text, code) => {
    const path = newFile();
    if (text !== undefined) writeFileSync(path, text);
    await expect(restored(path)).rejects.toMatchObject({ code });
  });
});

describe("a restore over damaged records, which has to be asked for,", () => {
  const ports = () => restorePorts({ replaceDamaged: true });

  test("replaces one of the same seal, however often it was used since, and nothing else of it stays", async () => {
    const [providerKey] = await threeRecords();
    const { path } = await exported();
    const record = (await table.get(address(1))) ?? {};
    const { tag: _tag, state: _state, ...damaged } = record;
    await table.put({ ...damaged, changeSeq: 50, junk: "of somebody" });
    expect((await restored(path)).counts).toMatchObject({ restored: 0, there: 2 });
    expect((await restored(path, ports())).counts).toEqual({ ...none, restored: 1, there: 1 });
    expect(await table.opened(address(1))).toBe(providerKey);
    const now = await table.get(address(1));
    expect(now).toMatchObject({ changeSeq: 1, state: "active" });
    expect(now).not.toHaveProperty("junk");
  });

  test("leaves one that was saved since, damaged as it is", async () => {
    await threeRecords();
    const { path } = await exported();
    const saved = await table.record(address(1), "A256GCM", canaryKey(), { changeSeq: 8, tag: undefined });
    await table.put(saved);
    expect((await restored(path, ports())).counts).toMatchObject({ restored: 0, there: 2 });
    expect(await table.get(address(1))).toEqual(saved);
  });

  test("leaves one that changed between its look and its write", async () => {
    await threeRecords();
    const { path } = await exported();
    const { tag: _tag, ...damaged } = (await table.get(address(1))) ?? {};
    await table.put(damaged);
    const mended = { ...damaged, changeSeq: 8, label: "mended" };
    const late: Around = async (call, proceed) => {
      if (call === "Update restore") await table.put(mended);
      return proceed();
    };
    await restored(path, restorePorts({ replaceDamaged: true }, late));
    expect(await table.get(address(1))).toEqual(mended);
  });
});

function itemOf(lines: readonly string[], ownerId: string): Record<string, unknown> {
  const items = lines.map((line) => (JSON.parse(line) as { Item: Record<string, { S?: string }> }).Item);
  return items.find((item) => item["ownerId"]?.S === ownerId) ?? {};
}
