import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sealedAttributes } from "../../../lib/attributes.ts";
import { hashOf } from "../../../lib/audit/canonical.ts";
import { changeOfRecord } from "../../../lib/audit/change-of-record.ts";
import { eventIdOf, type Problem, type RecordEvent } from "../../../lib/audit/event.ts";
import { operations } from "../../../lib/audit/operations.ts";
import type { RawRecord } from "../../../lib/provider-keys/store.ts";
import { address, AuditHistory, changeOf, type OperationName } from "../../support/audit-history.ts";
import { CANARY } from "../../support/keys.ts";

/** What is chosen of what is legal then. */
const choices = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });

async function live(history: AuditHistory, chosen: readonly number[]): Promise<void> {
  for (const choice of chosen) {
    const legal = history.legal();
    await history.do(legal[choice % legal.length] ?? "save");
  }
}

function eventsOf({ entries }: AuditHistory): RecordEvent[] {
  return entries.map(changeOfRecord);
}

/** Of a record that is there, not removed. */
async function saved(...more: OperationName[]): Promise<{ history: AuditHistory; item: RawRecord }> {
  const history = new AuditHistory();
  for (const operation of ["save", "use", ...more] as const) await history.do(operation);
  return { history, item: history.item ?? {} };
}

const next = (item: RawRecord, operation: OperationName, more: RawRecord = {}) => ({
  ...item,
  changeSeq: Number(item["changeSeq"]) + 1,
  lastChange: { ...changeOf(operation), useId: "u".repeat(22), kmsRequestId: "kms" },
  ...more,
});

const without = (item: RawRecord, ...names: string[]) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));

/** Writes around the application, of a record that is there, and what each is named by. */
const illegal: Readonly<Record<string, [(item: RawRecord) => RawRecord | undefined, Problem]>> = {
  "a number left out": [
    (item) => next(item, "update", { changeSeq: Number(item["changeSeq"]) + 2 }),
    "change_seq_skipped",
  ],
  "the same number": [
    (item) => next(item, "update", { changeSeq: item["changeSeq"] }),
    "change_seq_repeated",
  ],
  "a lower number": [(item) => next({ ...item, changeSeq: 0 }, "update"), "change_seq_lowered"],
  "the last change once more": [
    (item) => next(item, "use", { lastChange: item["lastChange"] }),
    "last_change_repeated",
  ],
  "a ciphertext alone": [(item) => ({ ...item, ciphertext: new Uint8Array(3) }), "change_seq_repeated"],
  "a use that writes a ciphertext": [
    (item) => next(item, "use", { ciphertext: new Uint8Array(3) }),
    "operation_exceeded",
  ],
  "a rewrap that writes a ciphertext": [
    (item) => next(item, "rewrap", { ciphertext: new Uint8Array(3) }),
    "operation_exceeded",
  ],
  "a rewrap that says another seal": [
    (item) => next(item, "rewrap", { sealId: "s".repeat(22) }),
    "operation_exceeded",
  ],
  "a reseal that disables": [
    (item) => next(item, "reseal", { state: "disabled", sealId: "s".repeat(22) }),
    "operation_exceeded",
  ],
  "a save that seals nothing": [(item) => next(item, "save"), "operation_exceeded"],
  "a save without its tag": [
    (item) => next(without(item, "tag"), "save", { sealId: "s".repeat(22) }),
    "operation_exceeded",
  ],
  "a removal that leaves what is sealed": [
    (item) => next(item, "remove", { state: "removed", purgeAt: 1 }),
    "operation_exceeded",
  ],
  "an update that removes": [(item) => next(item, "update", { state: "removed" }), "operation_exceeded"],
  "a disabling that does not": [(item) => next(item, "disable", { state: "active" }), "operation_exceeded"],
  "a use that sets when TTL deletes": [(item) => next(item, "use", { purgeAt: 1 }), "operation_exceeded"],
  "an attribute that no record has": [(item) => next(item, "update", { other: "x" }), "operation_exceeded"],
  "another record in its place": [
    (item) => next(item, "update", { recordId: "r".repeat(22) }),
    "record_replaced",
  ],
  "an operation that there is not": [(item) => next(item, "steal" as OperationName), "malformed"],
  "a last change without a request": [
    (item) => next(item, "update", { lastChange: { operation: "update" } }),
    "malformed",
  ],
  "a use without its id": [(item) => next(item, "use", { lastChange: changeOf("use") }), "malformed"],
  "a deletion": [() => undefined, "deleted"],
};

describe("a change of a record", () => {
  test("is exactly one event each, of every legal history: numbered 1, 2, 3 of each record, and none out of band", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(choices, async (chosen) => {
        const history = new AuditHistory();
        await live(history, chosen);
        const events = eventsOf(history);
        const seqs = new Map<string, number>();
        for (const { recordId, eventSeq, type } of events) {
          seen.add(type);
          const seq = (seqs.get(recordId) ?? 0) + 1;
          seqs.set(recordId, seq);
          expect([type === "changed_out_of_band", eventSeq]).toEqual([false, String(seq).padStart(12, "0")]);
        }
        expect(new Set(events.map(eventIdOf)).size).toBe(chosen.length);
      }),
      { numRuns: 300 },
    );
    // All that there are came up.
    const types = Object.values(operations).map(({ type }) => type);
    expect([...seen].sort()).toEqual([...types, "key_purged"].sort());
  });

  test("is the same event whenever it is looked at again", async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (chosen) => {
        const history = new AuditHistory();
        await live(history, chosen);
        expect(eventsOf(history).map(hashOf)).toEqual(eventsOf(history).map(hashOf));
      }),
      { numRuns: 30 },
    );
  });

  test.each(Object.entries(illegal))(
    "%s is named, and it alone, in every history",
    async (_name, [write, problem]) => {
      await fc.assert(
        fc.asyncProperty(choices, choices, async (before, after) => {
          const history = new AuditHistory();
          await live(history, before);
          if (!history.item || history.item["state"] === "removed") await history.do("save");
          if (history.item?.["state"] === "disabled") await history.do("enable");
          // So that the number can be lowered.
          await history.do("use");
          const { length } = history.entries;
          history.write(write(history.item ?? {}));
          const { [length]: entry } = history.entries;
          // What a record that is broken needs before anything else may be done with it.
          if (problem !== "malformed") await live(history, after);
          const named = history.entries.filter((one) => changeOfRecord(one).type === "changed_out_of_band");
          expect(named.map(({ sequenceNumber }) => sequenceNumber)).toEqual([entry?.sequenceNumber]);
          const [event] = named.map(changeOfRecord);
          expect(event).toMatchObject({ type: "changed_out_of_band", ...address, provider: "openai" });
          expect(event?.type === "changed_out_of_band" && event.problems).toContain(problem);
          expect(event?.eventSeq).toMatch(/^\d{12}~\d{6}$/);
        }),
        { numRuns: 25 },
      );
    },
  );

  test.each(Object.keys(operations) as OperationName[])(
    "makes no record unless it seals one: %s",
    async (operation) => {
      const { history, item } = await saved();
      history.write(undefined, true);
      history.write({ ...next(item, operation), changeSeq: 1 });
      const makes = ["save", "import", "restore"].includes(operation);
      expect(
        changeOfRecord(history.entries.at(-1) ?? history.entries[0]!).type === "changed_out_of_band",
      ).toBe(!makes);
    },
  );

  test("of a tombstone is none but a save, a purge, and a note that it did not open", async () => {
    for (const operation of Object.keys(operations) as OperationName[]) {
      const { history, item } = await saved("remove");
      history.write(next(item, operation));
      const [last] = eventsOf(history).slice(-1);
      const isNoChange = operation === "open_failed" || operation === "remove";
      expect([operation, last?.type === "changed_out_of_band"]).toEqual([operation, !isNoChange]);
    }
  });

  test("by TTL of what is no tombstone is a deletion", async () => {
    const { history } = await saved();
    history.write(undefined, true);
    expect(eventsOf(history).at(-1)).toMatchObject({ type: "changed_out_of_band", problems: ["deleted"] });
  });

  test("deletes a tombstone by TTL alone", async () => {
    const { history } = await saved("remove");
    history.write(undefined);
    expect(eventsOf(history).at(-1)).toMatchObject({ type: "changed_out_of_band", problems: ["deleted"] });
  });

  test("of a rewrap says that the ciphertext is unchanged, and of a claim by what CloudTrail shows its decryption", async () => {
    const { history } = await saved("rewrap", "export");
    const [, used, rewrapped, exported] = eventsOf(history);
    expect(rewrapped).toMatchObject({ type: "key_rewrapped", ciphertextUnchanged: true });
    for (const claim of [used, exported]) {
      const { useId, witnessId } = claim as { useId: string; witnessId: string };
      expect(witnessId).toBe(`use/${useId}`);
    }
  });
});

/** Anything at all under an attribute's name, with the marker in it. */
const garbage = fc.oneof(
  fc.constantFrom<unknown>(
    ...[undefined, null, 7, CANARY, { S: CANARY }, { B: Buffer.from(CANARY) }, { B: CANARY }, { N: "x" }],
    ...[
      { N: "9".repeat(60) },
      { M: { a: { S: CANARY } } },
      { M: { toString: { S: CANARY }, valueOf: { S: CANARY } } },
      { M: 3 },
      { L: [{ S: CANARY }] },
      { NULL: true },
      {},
      { SS: [CANARY] },
    ],
  ),
  fc.anything(),
);

describe("an image that is no record", () => {
  test("is an event as well, out of band, with a record id, the same each time", async () => {
    const { history } = await saved();
    const [entry] = history.entries.slice(-1);
    if (!entry) throw new Error("nothing was written");
    const names = [...Object.keys(entry.after ?? {}), "other"];
    const damage = fc.dictionary(fc.constantFrom(...names), garbage, { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(damage, damage, (before, after) => {
        const damaged = {
          ...entry,
          before: { ...entry.before, ...before },
          after: { ...entry.after, ...after },
        };
        const event = changeOfRecord(damaged);
        expect(event.recordId).toMatch(/^(unknown-)?[\w-]{22}$/);
        expect(hashOf(event)).toBe(hashOf(changeOfRecord(damaged)));
      }),
      { numRuns: 500 },
    );
  });

  test("without any key is named too", () => {
    const entry = {
      eventName: "MODIFY",
      sequenceNumber: "1",
      at: "",
      keys: {},
      before: {},
      after: {},
      byTimeToLive: false,
    };
    expect(changeOfRecord(entry)).toMatchObject({ type: "changed_out_of_band", problems: ["malformed"] });
  });
});

describe("nothing sealed", () => {
  const encodings = (text: string) => [
    text,
    Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1),
    Buffer.from(text).toString("hex"),
  ];
  const bytesOfCanary = Buffer.from(CANARY).toJSON().data.join(",");

  function expectClean(events: readonly RecordEvent[]): void {
    const text = JSON.stringify(events);
    for (const form of [...encodings(CANARY), bytesOfCanary]) expect(text).not.toContain(form);
    for (const name of sealedAttributes)
      expect(events.some((event) => Object.hasOwn(event, name))).toBe(false);
  }

  test("is in any event of any history", async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (chosen) => {
        const history = new AuditHistory();
        await live(history, chosen);
        expectClean(eventsOf(history));
      }),
      { numRuns: 100 },
    );
  });

  test("is in an event of an image whose sealed attributes are anything at all", async () => {
    const { history } = await saved();
    const [entry] = history.entries.slice(-1);
    if (!entry) throw new Error("nothing was written");
    const damage = fc.dictionary(fc.constantFrom(...sealedAttributes, "label", "other"), garbage, {
      minKeys: 1,
    });
    fc.assert(
      fc.property(damage, damage, (before, after) => {
        const damaged = {
          ...entry,
          before: { ...entry.before, ...before },
          after: { ...entry.after, ...after },
        };
        expectClean([changeOfRecord(damaged)]);
      }),
    );
  });
});
