import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { changeOfRecord, type StreamEntry } from "../../../lib/audit/change-of-record.ts";
import { eventIdOf } from "../../../lib/audit/event.ts";
import { recordBatch } from "../../../lib/audit/record-batch.ts";
import { WaxsealError } from "../../../lib/errors.ts";
import { AuditHistory, changeOf, type OperationName } from "../../support/audit-history.ts";
import { MemoryRecorder } from "../../support/memory-recorder.ts";

const eventOf = changeOfRecord;

async function batch(
  ...operations: OperationName[]
): Promise<{ history: AuditHistory; entries: StreamEntry[] }> {
  const history = new AuditHistory();
  for (const operation of operations) await history.do(operation);
  return { history, entries: history.entries };
}

const someOperations = ["save", "use", "use", "rewrap", "disable", "remove"] as const;

describe("a batch", () => {
  test("puts every event, and one manifest that has them all", async () => {
    const { entries } = await batch(...someOperations);
    const recorder = new MemoryRecorder();
    expect(await recordBatch({ ...recorder.ports, eventOf }, entries)).toEqual([]);
    expect([recorder.events.size, recorder.manifests.length]).toEqual([entries.length, 1]);
    expect(recorder.witnessed()).toEqual(recorder.hashes());
    expect(recorder.codes).toEqual([]);
    const names = recorder.manifests[0]?.events.map(([name]) => name) ?? [];
    expect(names).toEqual([...names].sort());
  });

  test("of which nothing becomes an event leaves no manifest, and is done", async () => {
    const { entries } = await batch("save");
    const recorder = new MemoryRecorder();
    expect(await recordBatch({ ...recorder.ports, eventOf: () => undefined }, entries)).toEqual([]);
    expect([recorder.events.size, recorder.manifests.length]).toEqual([0, 0]);
  });

  test("that is delivered again changes nothing", async () => {
    const { entries } = await batch(...someOperations);
    const recorder = new MemoryRecorder();
    await recordBatch({ ...recorder.ports, eventOf }, entries);
    const first = recorder.hashes();
    for (const part of [entries, entries.slice(2), entries.toReversed()])
      expect(await recordBatch({ ...recorder.ports, eventOf }, part)).toEqual([]);
    expect(recorder.hashes()).toEqual(first);
    expect(recorder.witnessed()).toEqual(first);
    expect(recorder.codes).toEqual([]);
  });

  test.each(["before", "after"] as const)(
    "comes to the same whatever step it is killed at, %s that step's effect, once it is delivered again",
    async (when) => {
      const { history, entries } = await batch(...someOperations);
      history.write({ ...history.item, label: "around the application" });
      const whole = new MemoryRecorder();
      await recordBatch({ ...whole.ports, eventOf }, entries);
      const steps = entries.length + 1;
      for (let step = 1; step <= steps; step += 1) {
        const recorder = new MemoryRecorder();
        const failed = await recordBatch({ ...recorder.killedAt(step, when), eventOf }, entries);
        // What is not in a manifest is delivered again, whatever became of it.
        expect(failed).toEqual(entries.map(({ sequenceNumber }) => sequenceNumber));
        expect(await recordBatch({ ...recorder.ports, eventOf }, entries)).toEqual([]);
        expect(recorder.hashes()).toEqual(whole.hashes());
        expect(recorder.witnessed()).toEqual(whole.hashes());
      }
    },
  );

  test("names those entries alone that could not be recorded, in order, and the others are in the manifest", async () => {
    const { entries } = await batch(...someOperations);
    const recorder = new MemoryRecorder();
    const failing = new Set(["000000000003", "000000000005"]);
    const log = {
      put: (event: Parameters<typeof recorder.ports.log.put>[0]) =>
        failing.has(event.eventSeq)
          ? Promise.reject(new WaxsealError("STORE_UNAVAILABLE"))
          : recorder.ports.log.put(event),
    };
    const failed = await recordBatch({ ...recorder.ports, log, eventOf }, entries);
    expect(failed).toEqual([entries[2]?.sequenceNumber, entries[4]?.sequenceNumber]);
    expect(recorder.witnessed()).toEqual(recorder.hashes());
    expect(recorder.events.size).toBe(4);
    expect(recorder.codes).toEqual(["AUDIT_NOT_RECORDED", "AUDIT_NOT_RECORDED"]);
  });

  test("that becomes no event for want of an answer is delivered again", async () => {
    const { entries } = await batch("save", "use");
    const recorder = new MemoryRecorder();
    const unavailable = (entry: StreamEntry) =>
      entry === entries[1] ? Promise.reject(new WaxsealError("STORE_UNAVAILABLE")) : eventOf(entry);
    expect(await recordBatch({ ...recorder.ports, eventOf: unavailable }, entries)).toEqual([
      entries[1]?.sequenceNumber,
    ]);
  });

  test("names a change around the application in an event, in the manifest, and by an alarming code", async () => {
    const { history, entries } = await batch("save");
    history.write(undefined);
    const recorder = new MemoryRecorder();
    await recordBatch({ ...recorder.ports, eventOf }, entries);
    expect(recorder.codes).toEqual(["CHANGED_OUT_OF_BAND"]);
    expect([...recorder.events.values()].map(({ type }) => type)).toEqual([
      "key_saved",
      "changed_out_of_band",
    ]);
    expect(recorder.witnessed()).toEqual(recorder.hashes());
  });

  test("of two changes under one number names the later, in one batch as in two", async () => {
    const { history, entries } = await batch("save", "use", "use");
    // Put back to before the last use; the next use has its number once more.
    const rolledBack = { ...history.item, changeSeq: 2, lastChange: changeOf("update") };
    history.write(rolledBack);
    await history.do("use");
    const at = entries.length;
    for (const cut of [0, at - 1]) {
      const recorder = new MemoryRecorder();
      // The earlier a put is asked for, the later it comes about.
      let wait = 2 * entries.length;
      const put: typeof recorder.ports.log.put = async (event) => {
        const turns = (wait -= 1);
        for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        return recorder.ports.log.put(event);
      };
      for (const part of [entries.slice(0, cut), entries.slice(cut)])
        await recordBatch({ ...recorder.ports, log: { put }, eventOf }, part);
      const named = [...recorder.events.values()].filter(({ type }) => type === "changed_out_of_band");
      expect(named.map(({ eventSeq }) => eventSeq)).toEqual([
        `000000000002~${entries[at - 2]?.sequenceNumber ?? ""}`,
        `000000000003~${entries[at - 1]?.sequenceNumber ?? ""}`,
      ]);
      const [, , third] = entries.map(eventOf);
      expect(recorder.events.get(third ? eventIdOf(third) : "")).toEqual(third);
      expect(recorder.witnessed()).toEqual(recorder.hashes());
    }
  });
});
