import { marshall } from "@aws-sdk/util-dynamodb";
import { expect, test } from "vitest";
import { changeOfLog } from "../../../lib/audit/change-of-log.ts";
import type { StreamEntry } from "../../../lib/audit/change-of-record.ts";

const event = {
  recordId: "r".repeat(22),
  eventSeq: "000000000002",
  type: "key_used",
  at: "2026-01-01T00:00:00.000Z",
};
const dueAt = Date.parse("2026-01-31T00:00:00.000Z") / 1000;
const rules = { retentionDays: 30, isErased: () => Promise.resolve(false) };

function entry(before: object | undefined, after: object | undefined, byTimeToLive = false): StreamEntry {
  return {
    eventName: !before ? "INSERT" : after ? "MODIFY" : "REMOVE",
    ...{ sequenceNumber: "9", at: "2026-11-25T10:00:05.000Z", byTimeToLive },
    keys: marshall({ recordId: event.recordId, eventSeq: event.eventSeq }),
    before: before && marshall(before),
    after: after && marshall(after),
  };
}

const named = (type: string) => ({
  ...{ schemaVersion: 1, recordId: "tamper-9", eventSeq: "000000000001", at: "2026-11-25T10:00:05.000Z" },
  ...{ type, event: `${event.recordId}/${event.eventSeq}` },
});

test("an event that is written is none more", async () => {
  expect(await changeOfLog(entry(undefined, event), rules)).toBeUndefined();
});

test("an event that is changed is named, whatever was changed", async () => {
  for (const change of [{ type: "key_saved" }, { other: 1 }, { other: 1, purgeAt: dueAt }])
    expect(await changeOfLog(entry(event, { ...event, ...change }), rules)).toEqual(named("event_changed"));
  expect(await changeOfLog(entry({ ...event, actor: "a" }, event), rules)).toEqual(named("event_changed"));
});

test("an event may be set to expire when the retention is over, and not a second before; never without one", async () => {
  const expiring = (purgeAt: number) => entry(event, { ...event, purgeAt });
  expect(await changeOfLog(expiring(dueAt), rules)).toBeUndefined();
  expect(await changeOfLog(expiring(dueAt - 1), rules)).toEqual(named("event_changed"));
  expect(await changeOfLog(expiring(dueAt), { ...rules, retentionDays: 0 })).toEqual(named("event_changed"));
});

test("an event that TTL deletes in its time is gone as it should; any other deletion is named", async () => {
  const expired = { ...event, purgeAt: dueAt };
  expect(await changeOfLog(entry(expired, undefined, true), rules)).toBeUndefined();
  for (const deleted of [
    entry(event, undefined, true),
    entry({ ...event, purgeAt: dueAt - 1 }, undefined, true),
  ])
    expect(await changeOfLog(deleted, rules)).toEqual(named("event_deleted"));
  expect(await changeOfLog(entry(expired, undefined), rules)).toEqual(named("event_deleted"));
});

test("an event whose time was set before the retention was changed is gone as it should", async () => {
  const expired = entry({ ...event, purgeAt: dueAt }, undefined, true);
  const early = entry({ ...event, purgeAt: dueAt - 1 }, undefined, true);
  for (const retentionDays of [0, 30, 400]) {
    expect(await changeOfLog(expired, { ...rules, retentionDays })).toBeUndefined();
    expect(await changeOfLog(early, { ...rules, retentionDays })).toEqual(named("event_deleted"));
  }
});

test("an event that is erased is gone as it should if the erasure was entered, and it is asked of its number", async () => {
  const asked: string[] = [];
  const isErased = (recordId: string, eventSeq: string) => {
    asked.push(`${recordId}/${eventSeq}`);
    return Promise.resolve(true);
  };
  expect(await changeOfLog(entry(event, undefined), { ...rules, isErased })).toBeUndefined();
  expect(asked).toEqual([`${event.recordId}/${event.eventSeq}`]);
  // It excuses no change.
  expect(await changeOfLog(entry(event, { ...event, type: "x" }), { ...rules, isErased })).toEqual(
    named("event_changed"),
  );
});

test("an event that cannot be read any more is named all the same", async () => {
  const unreadable = { ...entry(event, undefined), before: { at: { N: "9".repeat(60) } } };
  expect(await changeOfLog(unreadable, rules)).toEqual(named("event_deleted"));
});
