import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands } from "../support/audit.ts";
import { leaks } from "../support/bad-input.ts";
import { CANARY, canaryKey, Person, startForTest, storedItems } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";

/** A save asks the provider first. What the stand-in says of a key, words in it choose. */
let system: LocalSystem;
let people = 0;
const answers: string[] = [];

beforeAll(async () => {
  system = await startForTest({ audited: true, settings: { limits: noLimits } });
});
afterAll(() => system.close());

const newPerson = () => Person.named(system, `person-${String((people += 1))}`);

async function answerOf(request: Promise<Response>) {
  const response = await request;
  const text = await response.text();
  answers.push(text, JSON.stringify([...response.headers]));
  return {
    status: response.status,
    code: response.headers.get("waxseal-error-code"),
    body: JSON.parse(text) as object,
  };
}

const save = (person: Person, marked: string, more: object = {}, path = "/v1/provider-keys/openai") =>
  answerOf(person.request("PUT", path, { apiKey: canaryKey("openai", marked), ...more }));

async function listed(person: Person): Promise<object[]> {
  const { body } = await answerOf(person.request("GET", "/v1/provider-keys"));
  return (body as { providerKeys: object[] }).providerKeys;
}

describe("a provider key that its provider takes", () => {
  test("is stored as valid, and its first use writes nothing of its health", async () => {
    const person = await newPerson();
    const { status, body } = await save(person, "");
    expect(status).toBe(200);
    const { savedAt, ...rest } = body as { savedAt: string };
    expect(savedAt).toMatch(/^2\d{3}-.*Z$/);
    expect(rest).toEqual({ provider: "openai", name: "default", state: "active", verification: "valid" });
    expect(await listed(person)).toMatchObject([{ health: { status: "valid" }, useCount: 0 }]);
    const [before] = (await storedItems(system)).slice(-1);
    await (await person.chat()).arrayBuffer();
    const after = (await storedItems(system)).find((item) => item["recordId"] === before?.["recordId"]);
    expect(Number(after?.["changeSeq"])).toBe(Number(before?.["changeSeq"]) + 1);
  });
});

describe("a provider key that its provider refuses", () => {
  test.each(["rejected", "forbidden"])(
    "(%s) is not stored, and what was there stays as it was",
    async (marked) => {
      const person = await newPerson();
      const before = await storedItems(system);
      const generated = () =>
        system.cloudTrailRecords().filter((one) => one.eventName === "GenerateDataKey").length;
      const sealed = generated();
      const { status, code, body } = await save(person, marked, { label: "mine" });
      expect([status, code]).toEqual([422, "PROVIDER_KEY_REJECTED"]);
      const title = "The provider refused this API key";
      expect(body).toEqual({ type: "about:blank", title, status: 422, code: "PROVIDER_KEY_REJECTED" });
      expect([await storedItems(system), generated()]).toEqual([before, sealed]);
      await save(person, "");
      const kept = await storedItems(system);
      expect((await save(person, marked)).status).toBe(422);
      expect(await storedItems(system)).toEqual(kept);
    },
  );

  test("is a 400 with a text of its own on the legacy route, and what it takes is the old answer", async () => {
    const person = await newPerson();
    const legacy = (marked: string) => answerOf(person.save(canaryKey("openai", marked)));
    expect(await legacy("rejected")).toEqual({
      status: 400,
      code: "PROVIDER_KEY_REJECTED",
      body: { error: "The provider refused this API key" },
    });
    expect(await listed(person)).toEqual([]);
    for (const marked of ["", "broken"])
      expect(await legacy(marked)).toMatchObject({ status: 200, body: { success: true } });
  });

  test("is in the audit: who, for which provider and name, and nothing of the key", async () => {
    const person = await newPerson();
    await save(person, "rejected", {}, "/v1/provider-keys/openai/at-work");
    const events = await new AuditHands(system).recorded();
    const denied = events.filter(
      (one) => (one["details"] as { name?: string } | undefined)?.name === "at-work",
    );
    expect(denied).toEqual([
      expect.objectContaining({
        type: "denied",
        actor: expect.stringMatching(/^[\w-]{43}$/) as string,
        caller: "waxseal-local-save",
        details: { reason: "PROVIDER_KEY_REJECTED", provider: "openai", name: "at-work" },
      }),
    ]);
    expect(JSON.stringify(events)).not.toContain(CANARY);
  });
});

describe("a provider key that its provider could not be asked about", () => {
  test.each(["broken", "limited", "quota", "redirect", "unanswered"])(
    "(%s) is stored as unreachable, with a warning",
    async (marked) => {
      const person = await newPerson();
      const { status, body } = await save(person, marked);
      expect([status, body]).toMatchObject([
        200,
        { verification: "could_not_tell", warnings: [{ code: "VERIFICATION_INCONCLUSIVE" }] },
      ]);
      expect(await listed(person)).toMatchObject([{ health: { status: "unreachable" } }]);
    },
  );

  test.each([
    ["unlisted", {}, "unreachable", "valid"],
    ["rejected", { verify: false }, "unknown", "rejected"],
    ["forbidden", { verify: false }, "unknown", "rejected"],
  ])(
    "(%s %j) is %s, and after its uses %s, by one write for all of them",
    async (marked, more, before, after) => {
      const person = await newPerson();
      const label = `used-${marked}`;
      await save(person, marked, { label, ...more });
      expect(await listed(person)).toMatchObject([{ health: { status: before } }]);
      for (let times = 0; times < 3; times += 1) await (await person.chat()).arrayBuffer();
      expect(await listed(person)).toMatchObject([{ health: { status: after }, useCount: 3 }]);
      const record = (await storedItems(system)).find((item) => item["label"] === label);
      // A save, three uses, one note.
      expect(record?.["changeSeq"]).toBe(5);
    },
  );
});

test("nobody is asked where the person says so", async () => {
  const person = await newPerson();
  const { status, body } = await save(person, "rejected", { verify: false });
  expect([status, body]).toMatchObject([200, { verification: "not_asked" }]);
  expect(body).not.toHaveProperty("warnings");
  for (const verify of ["false", 0, null])
    expect(await save(person, "", { verify })).toMatchObject({ code: "INVALID_REQUEST" });
});

test("what the provider sends back is shown to nobody: an echo of the key neither", async () => {
  const person = await newPerson();
  expect(await save(person, "echo-key")).toMatchObject({ status: 200, body: { verification: "valid" } });
});

/** Last: the tests above have sent keys by every way in. */
test("no key is in an answer, log line, stored item or CloudTrail record", async () => {
  expect(answers.length).toBeGreaterThan(40);
  expect(system.logLines().join("\n")).toContain("PROVIDER_KEY_REJECTED");
  expect(await leaks(system, answers, [CANARY])).toEqual([]);
});
