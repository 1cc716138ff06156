import { marshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf } from "../../../lib/audit/canonical.ts";
import { changeOfIntake } from "../../../lib/audit/change-of-intake.ts";
import type { StreamEntry } from "../../../lib/audit/change-of-record.ts";
import type { Image } from "../../../lib/audit/image.ts";

const entered = {
  ...{ intakeId: "read-1", type: "audit_read", at: "2026-11-25T10:00:00.000Z", ownerId: "o", actor: "a" },
  ...{ caller: "c", requestId: "r", details: { of: "everything" }, purgeAt: 1_900_000_000 },
};

function entry(
  eventName: string,
  before: Image | undefined,
  after: Image | undefined,
  byTimeToLive = false,
): StreamEntry {
  const keys = marshall({ intakeId: "read-1" });
  return {
    eventName,
    sequenceNumber: "77",
    at: "2026-11-25T10:00:05.000Z",
    keys,
    before,
    after,
    byTimeToLive,
  };
}

test("what is entered is one event, of the intake's own number", () => {
  const { intakeId: _id, purgeAt: _expiry, ...said } = entered;
  expect(changeOfIntake(entry("INSERT", undefined, marshall(entered)))).toEqual({
    ...{ schemaVersion: 1, recordId: "intake-read-1", eventSeq: "000000000001" },
    ...said,
  });
});

test("what is changed or deleted, and not by TTL, is named", () => {
  const image = marshall(entered);
  const changed = changeOfIntake(entry("MODIFY", image, marshall({ ...entered, actor: "b" })));
  expect(changed).toMatchObject({
    type: "event_changed",
    event: "intake-read-1/000000000001",
    recordId: "tamper-77",
  });
  expect(changeOfIntake(entry("REMOVE", image, undefined))).toMatchObject({
    ...{ type: "event_deleted", event: "intake-read-1/000000000001" },
  });
  expect(changeOfIntake(entry("REMOVE", image, undefined, true))).toBeUndefined();
});

test.each<[string, object]>([
  ["an attribute that there is not in events' types", { type: "key_used" }],
  ["an owner without a name, which no index can have", { ownerId: "" }],
  ["an owner longer than an index can have", { ownerId: "o".repeat(2049) }],
  [
    "more details than an event should have",
    { details: Object.fromEntries(Array.from({ length: 33 }, (_n, i) => [`n${i}`, "x"])) },
  ],
  ["details of another form", { details: { of: 7 } }],
  ["a time of another form", { at: "yesterday" }],
  ["a text that has no encoding", { actor: "\ud800" }],
  ["an id of a beginning that there is not", { intakeId: "other-1" }],
  ["what is another's to say: that events expired", { type: "events_expired" }],
  ["what is another's to say: that a role ended", { intakeId: "refused-1", type: "control_plane_changed" }],
  [
    "what is another's to say: that a checkpoint was signed",
    { intakeId: "erased-1", type: "checkpoint_signed" },
  ],
])("%s makes an entry malformed, which is named: it stops nothing", (_what, damage) => {
  const event = changeOfIntake(entry("INSERT", undefined, marshall({ ...entered, ...damage })));
  expect(event).toEqual({
    ...{ schemaVersion: 1, type: "changed_out_of_band", problems: ["malformed"], recordId: "intake-unknown" },
    ...{ eventSeq: "000000000000~77", at: "2026-11-25T10:00:05.000Z" },
  });
});

test("nothing that an entry may be makes it throw, and it is the same event each time", () => {
  const damage = fc.dictionary(fc.constantFrom(...Object.keys(entered), "other"), fc.anything());
  fc.assert(
    fc.property(damage, fc.constantFrom("INSERT", "MODIFY", "REMOVE"), (damaged, eventName) => {
      const image = { ...marshall(entered), ...damaged } as Image;
      const event = changeOfIntake(entry(eventName, image, image));
      expect(event && hashOf(event)).toBe(hashOf(changeOfIntake(entry(eventName, image, image)) ?? {}));
    }),
    { numRuns: 300 },
  );
});
