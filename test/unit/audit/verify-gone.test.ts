/** What may be gone from the audit, and who may say so. */
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryEvidence, type Event } from "../../support/memory-evidence.ts";

const recordId = "r".repeat(22);
const seq = (number: number) => String(number).padStart(12, "0");
const saved = eventOf("key_saved", 1, "2026-01-01T10:00:00.000Z");
const removed = eventOf("key_removed", 2, "2026-01-01T11:00:00.000Z");
const purged = eventOf("key_purged", 3, "2026-01-02T11:00:00.000Z");
const [savedId, removedId, purgedId] = [1, 2, 3].map((number) => `${recordId}/${seq(number)}`) as [
  string,
  string,
  string,
];
const through = "2026-01-03T00:00:00.000Z";
const now = "2026-03-01T00:00:00.000Z";

function eventOf(type: string, number: number, at: string): Event {
  return { schemaVersion: 1, recordId, eventSeq: seq(number), type, at, ownerId: "owner" };
}

function said(type: string, intakeId: string, details: Record<string, string>, at = now): Event {
  return { schemaVersion: 1, recordId: `intake-${intakeId}`, eventSeq: seq(1), type, at, details };
}
const erased = (intakeId = `erased-${recordId}`) =>
  said("events_erased", intakeId, { recordIds: recordId, count: "3" });
const expired = (intakeId = "expired-1") => said("events_expired", intakeId, { checkpoint: "1", through });

let evidence: MemoryEvidence;

beforeEach(() => {
  evidence = new MemoryEvidence();
  evidence.record("2026-01-01T10:00:01.000Z", saved);
  evidence.record("2026-01-01T11:00:01.000Z", removed);
  evidence.record("2026-01-02T11:00:01.000Z", purged);
  evidence.checkpoint(through);
});

describe("of a record that is purged", () => {
  test("the events may be erased, the last one too: that it is gone is no finding then", async () => {
    evidence.forget(savedId, removedId, purgedId);
    evidence.record(now, erased());
    expect(await evidence.verify(now)).toMatchObject({ ok: true, erased: 3, expired: 0, problems: [] });
  });

  test("the events may expire, the last one too", async () => {
    evidence.forget(savedId, removedId, purgedId);
    evidence.record(now, expired());
    expect(await evidence.verify(now)).toMatchObject({ ok: true, erased: 0, expired: 3, problems: [] });
  });

  test("a record is still missed whose last event is there and does not say that it is gone", async () => {
    evidence = new MemoryEvidence();
    evidence.record("2026-01-01T10:00:01.000Z", saved);
    evidence.checkpoint(through);
    evidence.record("2026-02-20T11:00:01.000Z", removed);
    evidence.forget(savedId);
    evidence.record(now, expired());
    expect(await evidence.problems(now)).toEqual([`record_vanished ${recordId}`]);
  });

  test("without a word of it every event is missing, and so is the record", async () => {
    evidence.forget(savedId, removedId, purgedId);
    expect(await evidence.problems(now)).toEqual([
      ...[savedId, removedId, purgedId].map((id) => `event_missing ${id}`),
      `record_vanished ${recordId}`,
    ]);
  });
});

describe("that events may be gone is not believed", () => {
  beforeEach(() => evidence.forget(savedId));

  test.each([
    ["an erasure under another name than the record's", erased("read-somebody")],
    ["an erasure of another record than its name says", erased(`erased-${"s".repeat(22)}`)],
    ["an expiry under another name than the job's", expired("read-somebody")],
  ])("of %s", async (_whose, event) => {
    evidence.record(now, event);
    expect(await evidence.problems(now)).toContain(`event_missing ${savedId}`);
  });

  test.each([erased(), expired()])("of one that no manifest has: $type", async (event) => {
    evidence.events.set(`${event.recordId}/${event.eventSeq}`, event);
    expect(await evidence.problems(now)).toContain(`event_missing ${savedId}`);
  });

  test("of one that was changed since", async () => {
    const other = said("events_erased", `erased-${"s".repeat(22)}`, { recordIds: "s".repeat(22) });
    evidence.record(now, other);
    const changed = { ...other, details: { recordIds: recordId } };
    evidence.events.set(`${other.recordId}/${other.eventSeq}`, changed);
    expect(await evidence.problems(now)).toContain(`event_missing ${savedId}`);
  });

  test("of events that came after what has expired", async () => {
    evidence.record("2026-02-01T00:00:00.000Z", eventOf("key_saved", 4, "2026-02-01T00:00:00.000Z"));
    evidence.checkpoint("2026-02-02T00:00:00.000Z");
    evidence.record(now, expired());
    evidence.forget(`${recordId}/${seq(4)}`);
    expect(await evidence.problems(now)).toContain(`event_missing ${recordId}/${seq(4)}`);
  });
});

describe("a time that whoever may write the table could choose", () => {
  test.each(["2026-02-28T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "soon", ""])(
    "excuses no event that no manifest has: %j",
    async (at) => {
      const invented = { ...saved, recordId: "i".repeat(22), at };
      evidence.events.set("invented", invented);
      expect(await evidence.problems(now)).toContain(`event_not_in_manifest ${"i".repeat(22)}/${seq(1)}`);
    },
  );

  test.each(["2026-02-28T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "soon", ""])(
    "excuses no record that is ahead of its events: %j",
    async (at) => {
      evidence.heads.set(recordId, { recordId, changeSeq: 9, at });
      expect(await evidence.problems(now)).toContain(`record_ahead ${recordId}`);
    },
  );

  test("what was just done is waited for", async () => {
    const at = "2026-02-28T23:59:30.000Z";
    evidence.events.set("new", { ...saved, recordId: "n".repeat(22), at });
    evidence.heads.set("new", { recordId: "n".repeat(22), changeSeq: 2, at });
    evidence.heads.set(recordId, { recordId, changeSeq: 9, at });
    expect(await evidence.problems(now)).toEqual([]);
  });
});
