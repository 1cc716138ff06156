import { describe, expect, test } from "vitest";
import { storedRecord } from "../../../local/demo/stored-record.ts";
import { storiesOf, withVerdicts, type Told } from "../../../local/demo/stories.ts";
import { canaryKey } from "../../support/keys.ts";

const useId = "u".repeat(22);
const about = {
  slot: "openai/default",
  actor: "ada",
  caller: "waxseal-local-provider-proxy",
  requestId: "r-1",
};
const claimed = { ...about, operation: "use", useId, at: "2026-11-25T10:00:00.100Z" };

const record = { ...about, recordId: "R".repeat(22), changeSeq: 2, lastChange: claimed };
const event = {
  ...about,
  type: "key_used",
  recordId: record.recordId,
  eventSeq: "000000000002",
  at: claimed.at,
  useId,
  witnessId: `use/${useId}`,
};
const health = { ...event, type: "key_health_changed", eventSeq: "000000000003", witnessId: undefined };
const call = (operation: string, requestID: string, userAgent = "") => ({
  eventSource: "kms.amazonaws.com",
  eventName: operation,
  eventTime: "2026-11-25T10:00:00Z",
  eventID: `e-${requestID}`,
  requestID,
  userAgent,
  requestParameters: { encryptionContext: { slot: about.slot } },
});
const decrypt = call("Decrypt", "k-1", `aws-sdk-js waxseal-use/${useId}.1`);

const told = (more: Partial<Told>): Told => ({ person: "ada", records: [], events: [], calls: [], ...more });

describe("a story", () => {
  test.each<[string, Partial<Told>, number, number]>([
    ["the claim alone", { records: [record] }, 0, 0],
    ["the call alone", { calls: [decrypt] }, 1, 0],
    ["the event alone", { events: [event] }, 0, 1],
    ["all of them", { records: [record], calls: [decrypt], events: [health, event] }, 1, 2],
  ])("is one, and the same, by %s", (_by, parts, calls, events) => {
    const stories = storiesOf(told(parts));
    expect(stories).toMatchObject([{ id: `use/${useId}`, type: "key_used", slot: "openai/default" }]);
    expect([stories[0]?.calls.length, stories[0]?.events.length]).toEqual([calls, events]);
  });

  test("begins with what happened; what came of it is told after", () => {
    const [story] = storiesOf(told({ events: [health, event] }));
    expect(story?.events.map(({ type }) => type)).toEqual(["key_used", "key_health_changed"]);
  });

  test("of a save is joined by KMS's request id", () => {
    const saved = { ...event, type: "key_saved", useId: undefined, witnessId: "kms/k-2" };
    const stories = storiesOf(told({ events: [saved], calls: [call("GenerateDataKey", "k-2")] }));
    expect(stories).toMatchObject([{ id: "kms/k-2", type: "key_saved", calls: [{ requestID: "k-2" }] }]);
  });

  test("of a change without KMS is joined by the record and its number", () => {
    const change = { ...claimed, operation: "disable", useId: undefined };
    const disabled = { ...event, type: "key_disabled", useId: undefined, witnessId: undefined };
    const stories = storiesOf(told({ records: [{ ...record, lastChange: change }], events: [disabled] }));
    expect(stories.map(({ id }) => id)).toEqual([`${record.recordId}/000000000002`]);
  });

  test("of another use is another, the newest first, and has its own verdict", () => {
    const later = {
      ...event,
      useId: "v".repeat(22),
      witnessId: `use/${"v".repeat(22)}`,
      at: "2026-11-25T10:00:01Z",
    };
    const verdict = { status: "explained", reason: "claim", seenAt: "2026-11-25T10:00:06Z" };
    const stories = withVerdicts(
      storiesOf(told({ events: [event, later] })),
      new Map([[event.witnessId, verdict]]),
    );
    expect(stories.map(({ id }) => id)).toEqual([later.witnessId, event.witnessId]);
    expect(stories.map((story) => story.verdict)).toEqual([undefined, verdict]);
  });
});

describe("a stored record", () => {
  test("shows of what is sealed some bytes and the length, and nothing that is not named", () => {
    const ciphertext = Buffer.alloc(64, 7).toString("base64");
    const item = { slot: "openai/default", state: "active", useCount: 2, ciphertext, stray: canaryKey() };
    const { fields, ...shown } = storedRecord("ada", item);
    expect(shown).toEqual({ person: "ada", slot: "openai/default", state: "active", useCount: 2 });
    expect(fields).toEqual([{ name: "ciphertext", value: `${ciphertext.slice(0, 36)}…`, bytes: 64 }]);
  });
});
