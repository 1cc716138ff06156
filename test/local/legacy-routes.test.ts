import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest } from "../support/local-system.ts";

/** The three routes as front ends written for the legacy application know them: bodies, statuses, texts. */
let system: LocalSystem;
let ada: Person;

beforeAll(async () => {
  system = await startForTest();
  ada = await Person.named(system, "ada");
});
afterAll(() => system.close());

const path = "/api/user/api-key";
async function answerOf(response: Promise<Response>): Promise<[status: number, body: unknown]> {
  const answer = await response;
  expect(answer.headers.get("content-type")).toBe("application/json");
  return [answer.status, await answer.json()];
}
const save = (body: unknown) => answerOf(ada.request("POST", path, body));
const remove = (body: unknown) => answerOf(ada.request("DELETE", path, body));
const status = () => answerOf(ada.request("GET", "/api/user/api-key-status"));

const nothing = { hasOpenAI: false, hasAnthropic: false, hasGoogle: false, hasApiKey: false };
const known = [
  ["openai", "hasOpenAI"],
  ["anthropic", "hasAnthropic"],
  ["google", "hasGoogle"],
] as const;

test.each(known)("%s is saved, shown as %s, and removed, twice if need be", async (provider, field) => {
  expect(await status()).toEqual([200, nothing]);
  expect(await save({ provider, apiKey: canaryKey(provider) })).toEqual([200, { success: true }]);
  expect(await status()).toEqual([200, { ...nothing, [field]: true, hasApiKey: true }]);
  expect(await remove({ provider })).toEqual([200, { success: true }]);
  expect(await remove({ provider })).toEqual([200, { success: true }]);
  expect(await status()).toEqual([200, nothing]);
});

test("a key of a provider that they do not know is none of theirs", async () => {
  const put = await ada.request("PUT", "/v1/provider-keys/mistral", {
    apiKey: `x${canaryKey("openai").slice(-31)}`,
  });
  expect(put.status).toBe(200);
  expect(await status()).toEqual([200, nothing]);
});

describe("an error", () => {
  const invalidProvider = "Invalid provider. Must be openai, anthropic, or google";
  const required = "API key and provider are required";
  const apiKey = "not of any format";

  test.each<[string, unknown, string]>([
    ["no API key", { provider: "openai" }, required],
    ["no provider", { apiKey }, required],
    ["nothing", {}, required],
    ["an empty API key", { provider: "openai", apiKey: "" }, required],
    ["a registered provider that they do not know", { provider: "mistral", apiKey }, invalidProvider],
    ["an operator's provider", { provider: "azure-openai", apiKey }, invalidProvider],
    ["an unknown provider", { provider: "none", apiKey }, invalidProvider],
    ["another case", { provider: "OpenAI", apiKey }, invalidProvider],
    ["a name", { provider: "openai@work", apiKey }, invalidProvider],
    ["another format", { provider: "openai", apiKey }, "Invalid openai API key format"],
    ["another format for Anthropic", { provider: "anthropic", apiKey }, "Invalid anthropic API key format"],
    [
      "another provider's key",
      { provider: "google", apiKey: canaryKey("anthropic") },
      "Invalid google API key format",
    ],
  ])("of saving with %s is a 400 with its text", async (_what, body, error) => {
    expect(await save(body)).toEqual([400, { error }]);
  });

  test.each<[string, unknown, string]>([
    ["no provider", {}, "Provider is required"],
    ["an empty provider", { provider: "" }, "Provider is required"],
    ["a provider that is no text", { provider: 1 }, "Provider is required"],
    ["a registered provider that they do not know", { provider: "mistral" }, invalidProvider],
    ["an unknown provider", { provider: "none" }, invalidProvider],
  ])("of removing with %s is a 400 with its text", async (_what, body, error) => {
    expect(await remove(body)).toEqual([400, { error }]);
  });

  test.each(["POST", "DELETE", "GET"])(
    "of authentication comes first, also for %s with a bad body",
    async (method) => {
      const answer = fetch(system.api + (method === "GET" ? `${path}-status` : path), {
        method,
        headers: { "content-type": "text/plain" },
        ...(method !== "GET" && { body: "{" }),
      });
      expect(await answerOf(answer)).toEqual([401, { error: "Authentication required" }]);
    },
  );
});
