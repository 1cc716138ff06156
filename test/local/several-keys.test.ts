import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest, storedItems } from "../support/local-system.ts";

/** Several provider keys of one person's for one provider: names, order, and the next when one is refused. */
let system: LocalSystem;

beforeAll(async () => {
  system = await startForTest();
});
afterAll(() => system.close());

/** A person with these provider keys for OpenAI, by name; each marked for what the stand-in is to say of it. */
async function personWith(keys: Readonly<Record<string, { marked?: string; order?: number }>>) {
  const person = await Person.named(system, JSON.stringify(keys) + String(Math.random()));
  const fingerprints: Record<string, string> = {};
  for (const [name, { marked = "", order }] of Object.entries(keys)) {
    const apiKey = canaryKey("openai", marked);
    fingerprints[name] = createHash("sha256").update(`Bearer ${apiKey}`).digest("hex");
    const saved = await person.request("PUT", `/v1/provider-keys/openai/${name}`, {
      apiKey,
      ...(order !== undefined && { order }),
    });
    expect(saved.status).toBe(200);
  }
  return { person, fingerprints };
}

/** Status, the slot that was used, and the fingerprint of the provider key that arrived. */
async function chat(person: Person, addressee = "openai") {
  const body = { model: "tell-fingerprint", messages: [] };
  const response = await person.request("POST", `/proxy/${addressee}/v1/chat/completions`, body);
  await response.arrayBuffer();
  return {
    status: response.status,
    slot: response.headers.get("waxseal-slot"),
    fingerprint: response.headers.get("openai-fingerprint"),
  };
}

async function listed(person: Person): Promise<Record<string, Record<string, unknown>>> {
  const { providerKeys } = (await (await person.request("GET", "/v1/provider-keys")).json()) as {
    providerKeys: { name: string }[];
  };
  return Object.fromEntries(providerKeys.map((providerKey) => [providerKey.name, providerKey]));
}

describe("of several provider keys", () => {
  test("the named one is used, and the answer says which", async () => {
    const { person, fingerprints } = await personWith({ default: {}, work: {} });
    expect(await chat(person, "openai@work")).toEqual({
      status: 200,
      slot: "openai/work",
      fingerprint: fingerprints["work"],
    });
    expect((await listed(person))["default"]).toMatchObject({ useCount: 0 });
  });

  test("without a name it is the default one, if nobody said otherwise", async () => {
    const { person, fingerprints } = await personWith({ apart: {}, default: {} });
    expect(await chat(person)).toMatchObject({
      slot: "openai/default",
      fingerprint: fingerprints["default"],
    });
  });

  test("without a name and a default it is the first by name", async () => {
    const { person } = await personWith({ beta: {}, alpha: {} });
    expect(await chat(person)).toMatchObject({ status: 200, slot: "openai/alpha" });
  });

  test("the order that was given counts, and can be changed", async () => {
    const { person } = await personWith({ default: { order: 20 }, work: { order: 10 }, last: {} });
    expect(await chat(person)).toMatchObject({ slot: "openai/work" });
    await person.request("PATCH", "/v1/provider-keys/openai/last", { order: 1 });
    expect(await chat(person)).toMatchObject({ slot: "openai/last" });
    await person.request("PATCH", "/v1/provider-keys/openai/default", { order: null });
    expect(await chat(person)).toMatchObject({ slot: "openai/default" });
  });

  test("one that is disabled or has expired is passed over", async () => {
    const { person } = await personWith({ default: {}, next: {} });
    await person.request("PATCH", "/v1/provider-keys/openai", { state: "disabled" });
    expect(await chat(person)).toMatchObject({ status: 200, slot: "openai/next" });
    await person.request("PATCH", "/v1/provider-keys/openai/next", { state: "disabled" });
    expect(await chat(person)).toMatchObject({ status: 409, slot: null });
  });

  test.each(["rejected", "forbidden", "limited", "quota"])(
    "the next is used when the provider refuses the first (%s), with the same body",
    async (marked) => {
      const { person, fingerprints } = await personWith({ default: { marked }, spare: {} });
      expect(await chat(person)).toEqual({
        status: 200,
        slot: "openai/spare",
        fingerprint: fingerprints["spare"],
      });
      const both = await listed(person);
      // The record of each use is its own: both were claimed, one after the other.
      expect(both["default"]).toMatchObject({ useCount: 1 });
      expect(both["spare"]).toMatchObject({ useCount: 1, health: { status: "valid" } });
      const rejected = ["rejected", "forbidden"].includes(marked) ? "rejected" : "unknown";
      expect(both["default"]).toMatchObject({ health: { status: rejected } });
    },
  );

  test("the provider's last refusal is the answer when all are refused", async () => {
    const { person } = await personWith({ default: { marked: "limited" }, spare: { marked: "rejected" } });
    expect(await chat(person)).toMatchObject({ status: 401, slot: "openai/spare" });
  });

  test("the named one has no next", async () => {
    const { person } = await personWith({ default: { marked: "rejected" }, spare: {} });
    expect(await chat(person, "openai@default")).toMatchObject({ status: 401, slot: "openai/default" });
    expect((await listed(person))["spare"]).toMatchObject({ useCount: 0 });
  });

  test("an error of the provider's that is no refusal is no reason to go on", async () => {
    const { person } = await personWith({ default: {}, spare: {} });
    const body = { model: "error-500", messages: [] };
    const response = await person.request("POST", "/proxy/openai/v1/chat/completions", body);
    expect([response.status, response.headers.get("waxseal-slot")]).toEqual([500, "openai/default"]);
    await response.arrayBuffer();
  });

  test("each is sealed for its own slot: CloudTrail shows a decryption for each claim", async () => {
    const { person } = await personWith({ default: { marked: "rejected" }, spare: {} });
    const before = system.cloudTrailRecords().length;
    await chat(person);
    const decryptions = system.cloudTrailRecords().slice(before);
    const slots = decryptions.map(({ eventName, requestParameters }) => {
      return [
        eventName,
        (requestParameters as { encryptionContext: { slot: string } }).encryptionContext.slot,
      ];
    });
    expect(slots).toEqual([
      ["Decrypt", "openai/default"],
      ["Decrypt", "openai/spare"],
    ]);
  });
});

test("a fallback that a setting turns off does not happen", async () => {
  const strict = await startForTest({ settings: { fallbackOn: ["429"] } });
  try {
    const person = await Person.named(strict, "ada");
    for (const [name, marked] of [
      ["default", "rejected"],
      ["spare", ""],
    ] as const) {
      await person.request("PUT", `/v1/provider-keys/openai/${name}`, {
        apiKey: canaryKey("openai", marked),
      });
    }
    const response = await person.chat();
    expect(response.status).toBe(401);
    await response.arrayBuffer();
    const items = await storedItems(strict);
    expect(items.find(({ slot }) => slot === "openai/spare")).toMatchObject({ useCount: 0 });
  } finally {
    await strict.close();
  }
});
