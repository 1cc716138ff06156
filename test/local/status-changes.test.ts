import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest, storedItems } from "../support/local-system.ts";

/** Disable, enable, label, expiry; and asking the provider. All of it holds at the next claim. */
let system: LocalSystem;
let people = 0;

beforeAll(async () => {
  // What the provider says is for the tests to see at the first use.
  system = await startForTest({ settings: { verifyOnSave: "off" } });
});
afterAll(() => system.close());

async function personWithKey(marked = "", details: Record<string, unknown> = {}): Promise<Person> {
  const person = await Person.named(system, `person-${String((people += 1))}`);
  const apiKey = canaryKey("openai", marked);
  expect((await person.request("PUT", "/v1/provider-keys/openai", { apiKey, ...details })).status).toBe(200);
  return person;
}

const patch = (person: Person, changes: unknown) =>
  person.request("PATCH", "/v1/provider-keys/openai", changes);

async function used(person: Person): Promise<string> {
  const response = await person.chat();
  await response.arrayBuffer();
  return `${String(response.status)} ${response.headers.get("waxseal-error-code") ?? ""}`.trim();
}

async function listed(person: Person): Promise<unknown> {
  const { providerKeys } = (await (await person.request("GET", "/v1/provider-keys")).json()) as {
    providerKeys: unknown[];
  };
  return providerKeys[0];
}

describe("a provider key", () => {
  test("that is disabled cannot be used, is not decrypted, and can be enabled again", async () => {
    const person = await personWithKey();
    const answer = await patch(person, { state: "disabled" });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { provider: "openai", name: "default", state: "disabled" },
    ]);
    const before = system.cloudTrailRecords().length;
    expect(await used(person)).toBe("409 PROVIDER_KEY_DISABLED");
    expect(system.cloudTrailRecords()).toHaveLength(before);
    expect(await listed(person)).toMatchObject({ state: "disabled", useCount: 0 });
    const status = (await (await person.request("GET", "/api/user/api-key-status")).json()) as object;
    expect(status).toMatchObject({ hasOpenAI: false, hasApiKey: false });
    await patch(person, { state: "active" });
    expect(await used(person)).toBe("200");
  });

  test("never expires unless it is said; then it does, at the claim", async () => {
    const person = await personWithKey();
    expect(await listed(person)).not.toHaveProperty("expiresAt");
    const soon = new Date(Date.now() + 600);
    expect((await patch(person, { expiresAt: soon.toISOString() })).status).toBe(200);
    await expect.poll(() => used(person), { timeout: 10_000 }).toBe("410 PROVIDER_KEY_EXPIRED");
    expect(await listed(person)).toMatchObject({ state: "expired", expiresAt: soon.toISOString() });
    await patch(person, { expiresAt: null });
    expect(await used(person)).toBe("200");
  });

  test("expires at the moment that was said, whatever the zone's notation", async () => {
    const person = await personWithKey("", { expiresAt: "2999-01-01T00:00:00Z" });
    expect(await listed(person)).toMatchObject({ expiresAt: "2999-01-01T00:00:00.000Z", state: "active" });
    expect(await used(person)).toBe("200");
  });

  test("has a label and an order that are kept through uses, and taken away by null", async () => {
    const person = await personWithKey("", { label: "Personal", order: 3 });
    await used(person);
    expect(await listed(person)).toMatchObject({ label: "Personal", order: 3, useCount: 1 });
    await patch(person, { label: "Räksmörgås 🦐", order: null });
    expect(await listed(person)).toMatchObject({ label: "Räksmörgås 🦐" });
    expect(await listed(person)).not.toHaveProperty("order");
    await patch(person, { label: null });
    expect(await listed(person)).not.toHaveProperty("label");
  });

  test("that is not there, or removed, cannot be changed, and comes to nothing by it", async () => {
    const person = await personWithKey();
    await person.request("DELETE", "/v1/provider-keys/openai");
    for (const changes of [{ state: "active" }, { label: "x" }]) {
      const answer = await patch(person, changes);
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: "PROVIDER_KEY_NOT_FOUND" }]);
    }
    const other = await person.request("PATCH", "/v1/provider-keys/anthropic", { label: "x" });
    expect(other.status).toBe(404);
    expect(await used(person)).toBe("404 PROVIDER_KEY_NOT_FOUND");
  });

  test.each([
    {},
    { state: "removed" },
    { state: "expired" },
    { label: "" },
    { label: "x".repeat(101) },
    { label: `my key ${canaryKey()}` },
    { label: "\ud800" },
    { order: 0 },
    { order: 1001 },
    { order: 1.5 },
    { expiresAt: "2001-01-01T00:00:00Z" },
    { expiresAt: "tomorrow" },
    { apiKey: "CANARY" },
    { label: "x", other: 1 },
    [[]],
    [null],
  ])("is not changed by %j", async (changes) => {
    const person = await personWithKey();
    const before = await listed(person);
    const answer = await patch(person, changes);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "INVALID_REQUEST" }]);
    expect(await listed(person)).toEqual(before);
  });

  test("keeps its seal through every change: nothing sealed is written", async () => {
    const person = await personWithKey();
    const sealedOf = async () => {
      const ownerId = ((await storedItems(system)).at(-1) ?? {})["ownerId"];
      return (await storedItems(system))
        .filter((item) => item["ownerId"] === ownerId)
        .map(({ iv, ciphertext, tag, wrappedDataKey, sealId }) => [
          iv,
          ciphertext,
          tag,
          wrappedDataKey,
          sealId,
        ]);
    };
    const before = await sealedOf();
    for (const changes of [{ state: "disabled" }, { label: "x" }, { order: 5 }, { state: "active" }]) {
      await patch(person, changes);
    }
    expect(await sealedOf()).toEqual(before);
  });
});

describe("a new form of a provider's keys", () => {
  test("is stored, used, and warned of", async () => {
    const person = await Person.named(system, "early adopter");
    const put = (apiKey: string) => person.request("PUT", "/v1/provider-keys/groq", { apiKey });
    const saved = await put(`${canaryKey("groq")}.v2`);
    expect([saved.status, await saved.json()]).toMatchObject([
      200,
      { state: "active", warnings: [{ code: "UNFAMILIAR_FORMAT", title: expect.any(String) as string }] },
    ]);
    const used = await person.request("POST", "/proxy/groq/openai/v1/chat/completions", { model: "x" });
    expect(used.status).toBe(200);
    await used.arrayBuffer();
    expect(await (await put(canaryKey("groq"))).json()).not.toHaveProperty("warnings");
  });

  test("that is plainly another provider's is refused, and it is said whose", async () => {
    const person = await Person.named(system, "in a hurry");
    const apiKey = canaryKey("groq");
    const refused = await person.request("PUT", "/v1/provider-keys/openai", { apiKey });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { code: "OTHER_PROVIDERS_KEY", looksLike: "groq" },
    ]);
  });
});

describe("asking the provider", () => {
  const verify = async (person: Person, path = "/v1/provider-keys/openai/verify") => {
    const answer = await person.request("POST", path);
    return [answer.status, await answer.json()];
  };

  test.each([
    ["", "valid", "valid"],
    ["rejected", "rejected", "rejected"],
    ["forbidden", "rejected", "rejected"],
    ["limited", "unknown", "unknown"],
  ])("whether it takes a key (marked %j) says %s", async (marked, result, health) => {
    const person = await personWithKey(marked);
    expect(await verify(person)).toEqual([200, { provider: "openai", name: "default", result }]);
    // A use like any other: claimed and counted.
    expect(await listed(person)).toMatchObject({ useCount: 1, health: { status: health } });
  });

  test("is for what is there", async () => {
    const person = await personWithKey();
    expect(await verify(person, "/v1/provider-keys/openai/none/verify")).toMatchObject([
      404,
      { code: "PROVIDER_KEY_NOT_FOUND" },
    ]);
    await patch(person, { state: "disabled" });
    expect(await verify(person)).toMatchObject([409, { code: "PROVIDER_KEY_DISABLED" }]);
  });
});
