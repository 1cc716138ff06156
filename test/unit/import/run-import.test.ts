import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { open, type SealedProviderKey } from "../../../lib/envelope/envelope.ts";
import { WaxsealError } from "../../../lib/errors.ts";
import type { ValueResult } from "../../../lib/import/counts.ts";
import type { ImportTarget } from "../../../lib/import/import-row.ts";
import { runImport, type ImportPlan } from "../../../lib/import/run-import.ts";
import { parseColumns } from "../../../lib/legacy/columns.ts";
import type { LegacyRow } from "../../../lib/legacy/row.ts";
import { ownerIdOf } from "../../../lib/owner.ts";
import type { Change } from "../../../lib/provider-keys/change.ts";
import { encryptionContextOf } from "../../../lib/provider-keys/encryption-context.ts";
import type { RecordAddress } from "../../../lib/provider-keys/write-record.ts";
import { canaryKey } from "../../support/keys.ts";
import { legacyForm, legacyValue } from "../../support/legacy-values.ts";
import { memoryKeyring } from "../../support/memory-keyring.ts";

const cipherKey = randomBytes(32);
const otherKey = randomBytes(32);
const issuer = "https://issuer.example";
const keyring = memoryKeyring();
const good = () => legacyValue(canaryKey("openai"), cipherKey);
const wrong = () => legacyValue(canaryKey("openai"), otherKey);

/** A table in memory. */
let stored: Map<string, { sealed: SealedProviderKey; change: Change }>;
let failing: WaxsealError | undefined;
let stop: AbortController;
let seen: ValueResult[];

beforeEach(() => {
  stored = new Map();
  failing = undefined;
  stop = new AbortController();
  seen = [];
});

const nameOf = ({ ownerId, slot }: RecordAddress) => `${ownerId} ${slot}`;

const store: ImportTarget["store"] = {
  async present(ownerId) {
    const slots = [...stored.keys()].filter((name) => name.startsWith(ownerId));
    return new Map(slots.map((name) => [name.split(" ")[1] ?? "", "alreadyThere"]));
  },
  async add(address, sealed, _recordId, change) {
    if (failing) throw failing;
    if (stored.has(nameOf(address))) return "alreadyThere";
    stored.set(nameOf(address), { sealed, change });
    return "imported";
  },
};

function target(): ImportTarget {
  let ids = 0;
  const now = () => new Date("2026-11-25T00:00:00.000Z");
  const newId = () => String((ids += 1));
  const writing = { jobId: "import-1", dataKeys: keyring, writeSuite: "A256GCM", now, newId } as const;
  return { stage: "test", issuer, store, writing };
}

function run(rows: AsyncIterable<LegacyRow> | Iterable<LegacyRow>, changes: Partial<ImportPlan> = {}) {
  return runImport({
    rows: iterated(rows),
    columns: parseColumns("a=openai,b=google"),
    cipher: { ...legacyForm, cipherKey },
    target: target(),
    skipSecretCheck: false,
    onBegin: () => Promise.resolve(),
    onRow: (results) => void seen.push(...results),
    signal: stop.signal,
    ...changes,
  });
}

async function* iterated(rows: AsyncIterable<LegacyRow> | Iterable<LegacyRow>) {
  yield* rows;
}

function row(line: number, a?: unknown, b?: unknown, id: string | undefined = `user-${line}`): LegacyRow {
  return { line, id, values: [a, b] };
}

function rows(count: number, value: (line: number) => unknown): LegacyRow[] {
  return Array.from({ length: count }, (_none, index) => row(index + 1, value(index + 1)));
}

describe("an import", () => {
  test("counts each row once and each value as exactly one thing, in the order of the rows", async () => {
    const input = [row(1, good(), null), row(2, wrong(), "x"), { ...row(3), id: undefined }, row(4, "", "")];
    const { counts, error } = await run(input);
    expect(error).toBeUndefined();
    expect(counts).toMatchObject({ rows: 4, imported: 1, wrongKey: 1, malformed: 2, empty: 3, failed: 0 });
    expect(seen.map(({ line, column, outcome }) => [line, column, outcome])).toEqual([
      [1, "a", "imported"],
      [1, "b", "empty"],
      [2, "a", "wrongKey"],
      [2, "b", "malformed"],
      [3, null, "malformed"],
      [4, "a", "empty"],
      [4, "b", "empty"],
    ]);
  });

  test("seals each value for its owner and slot, as the change of an import", async () => {
    const providerKey = canaryKey("openai");
    await run([row(1, legacyValue(providerKey, cipherKey))]);
    const ownerId = ownerIdOf(issuer, "user-1");
    const record = stored.get(`${ownerId} openai/default`)!;
    const encryptionContext = encryptionContextOf("test", ownerId, "openai/default");
    const purpose = { encryptionContext, endpointId: "openai-1" };
    const opened = await open(record.sealed, purpose, ["A256GCM"], keyring);
    expect(opened.exposeSecret()).toBe(providerKey);
    expect(record.change).toEqual({
      operation: "import",
      actor: "operator",
      caller: "waxseal import",
      requestId: "import-1",
      kmsRequestId: "request",
      at: "2026-11-25T00:00:00.000Z",
    });
  });

  test("that may not open what it wrote says that it wrote it, and ends there", async () => {
    const verify = () => Promise.reject(new WaxsealError("ACCESS_DENIED_BY_AWS"));
    const { counts, error } = await run([row(1, good())], { target: { ...target(), verify } });
    expect(stored.size).toBe(1);
    expect(counts).toMatchObject({ imported: 1, failed: 0, unverified: 1, verified: 0 });
    expect(error).toMatchObject({ code: "ACCESS_DENIED_BY_AWS" });
  });

  test("of what is there makes no data key and writes nothing", async () => {
    const input = rows(5, good);
    await run(input);
    const before = [...stored];
    const made = keyring.generated.length;
    const { counts } = await run(input);
    expect(counts).toMatchObject({ rows: 5, imported: 0, alreadyThere: 5 });
    expect(keyring.generated.length).toBe(made);
    expect([...stored]).toEqual(before);
  });

  test("without a deployment judges the same, and asks nobody", async () => {
    const { counts } = await run(rows(3, good), { target: undefined });
    expect(counts).toMatchObject({ rows: 3, imported: 3 });
    expect(stored.size).toBe(0);
  });

  test("of an id twice takes the first", async () => {
    const { counts } = await run([row(1, good(), null, "same"), row(2, good(), null, "same")]);
    expect(counts).toMatchObject({ imported: 1, alreadyThere: 1 });
    expect(stored.size).toBe(1);
  });
});

describe("a wrong secret", () => {
  test("stops it after the first 20 values of the form, before anything is written or begun", async () => {
    let read = 0;
    const input = (function* () {
      for (const one of rows(100, (line) => (line % 2 === 0 ? wrong() : "malformed"))) {
        read += 1;
        yield one;
      }
    })();
    let begun = false;
    const onBegin = async () => void (begun = true);
    const { counts, error } = await run(input, { onBegin });
    expect(error).toMatchObject({ code: "WRONG_LEGACY_SECRET", exitCode: 3 });
    expect(counts).toMatchObject({ rows: 40, wrongKey: 20, malformed: 20, imported: 0 });
    expect([stored.size, begun, read]).toEqual([0, false, 40]);
    expect(seen).toHaveLength(80);
  });

  test("is noticed by all values where they are fewer", async () => {
    const { error } = await run([row(1, wrong()), row(2)]);
    expect(error).toMatchObject({ code: "WRONG_LEGACY_SECRET" });
  });

  test("is not supposed where one of them opens, be it to no provider key", async () => {
    for (const opens of [good(), legacyValue("none", cipherKey)]) {
      const { error, counts } = await run([...rows(19, wrong), row(20, opens)]);
      expect(error).toBeUndefined();
      expect(counts.wrongKey).toBe(19);
    }
  });

  test("is not supposed where no value has the form, or there is none", async () => {
    expect((await run(rows(30, () => "malformed"))).error).toBeUndefined();
    expect((await run([row(1)])).error).toBeUndefined();
    expect((await run([])).error).toBeUndefined();
  });

  test("can be passed over, where the first rows really are of another", async () => {
    const input = [...rows(25, wrong), row(26, good())];
    const { error, counts } = await run(input, { skipSecretCheck: true });
    expect(error).toBeUndefined();
    expect(counts).toMatchObject({ rows: 26, wrongKey: 25, imported: 1 });
  });
});

describe("an import that AWS refuses", () => {
  test("for a while counts what failed, with its code, and goes on", async () => {
    failing = new WaxsealError("STORE_UNAVAILABLE");
    const { counts, error } = await run(rows(3, good));
    expect(error).toBeUndefined();
    expect(counts).toMatchObject({ rows: 3, imported: 0, failed: 3 });
    expect(seen[0]).toMatchObject({ outcome: "failed", reason: "STORE_UNAVAILABLE" });
  });

  test("for good ends, with the counts of what was done", async () => {
    failing = new WaxsealError("ACCESS_DENIED_BY_AWS");
    const { counts, error } = await run(rows(5000, good));
    expect(error).toMatchObject({ code: "ACCESS_DENIED_BY_AWS" });
    expect(counts.rows).toBeLessThan(500);
    expect(counts.failed).toBe(counts.rows);
  });
});

test("a signal ends it after the rows that are under way, and what was written is counted", async () => {
  const onRow = (results: readonly ValueResult[]) => {
    seen.push(...results);
    if (results[0]?.line === 10) stop.abort();
  };
  const { counts, error } = await run(rows(5000, good), { onRow });
  expect(error).toBeUndefined();
  expect(counts.rows).toBeLessThan(500);
  expect(counts.imported).toBe(stored.size);
});

test("a source that ends in the middle leaves the counts of what was done", async () => {
  const input = (async function* () {
    yield* rows(30, good);
    throw new WaxsealError("INTERNAL");
  })();
  const { counts, error } = await run(input);
  expect(error).toMatchObject({ code: "INTERNAL" });
  expect(counts.imported).toBe(stored.size);
});

test("however many the rows are, few are in memory", async () => {
  let read = 0;
  let most = 0;
  const input = (function* () {
    const value = good();
    for (let line = 1; line <= 20_000; line += 1) {
      read += 1;
      yield row(line, value);
    }
  })();
  let told = 0;
  const onRow = () => {
    told += 1;
    most = Math.max(most, read - told);
  };
  const { counts } = await run(input, { onRow, target: undefined });
  expect(counts.rows).toBe(20_000);
  // Those under way and those read ahead.
  expect(most).toBeLessThan(100);
});
