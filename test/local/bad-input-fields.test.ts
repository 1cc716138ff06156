/** Input of the right form that says what cannot be: an own code and a constant text for each. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { leaks, Sender, type Call } from "../support/bad-input.ts";
import { CANARY, canaryKey, Person, startForTest } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";

let system: LocalSystem;
let person: Person;
let sender: Sender;
const send = (call: Call) => sender.send(call);

beforeAll(async () => {
  system = await startForTest({ settings: { limits: noLimits } });
  person = await Person.named(system, "ada");
  sender = new Sender(system, person.token);
  expect((await person.save(canaryKey())).status).toBe(200);
});
afterAll(() => system.close());

describe("a save", () => {
  test.each([
    [
      "an unknown provider",
      { provider: CANARY, apiKey: canaryKey() },
      400,
      "Invalid provider. Must be openai, anthropic, or google",
    ],
    [
      "an inherited property as provider",
      { provider: "constructor", apiKey: canaryKey() },
      400,
      "Invalid provider. Must be openai, anthropic, or google",
    ],
    ["another format", { provider: "openai", apiKey: `pk-${CANARY}` }, 400, "Invalid openai API key format"],
    [
      "another provider's key",
      { provider: "anthropic", apiKey: canaryKey() },
      400,
      "Invalid anthropic API key format",
    ],
    ["no key", { provider: "openai" }, 400, "API key and provider are required"],
    ["an empty key", { provider: "openai", apiKey: "" }, 400, "API key and provider are required"],
    ["no provider", { apiKey: canaryKey() }, 400, "API key and provider are required"],
  ])("in legacy form with %s has the legacy text", async (_what, body, status, error) => {
    const answer = await send({ method: "POST", path: "/api/user/api-key", body: JSON.stringify(body) });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { error }]);
  });

  test.each([
    ["an unknown provider", `/v1/provider-keys/${CANARY}`, { apiKey: canaryKey() }, 404, "UNKNOWN_PROVIDER"],
    [
      "a name that is none",
      `/v1/provider-keys/openai/${CANARY}%20`,
      { apiKey: canaryKey() },
      400,
      "INVALID_REQUEST",
    ],
    [
      "an unknown property",
      "/v1/provider-keys/openai",
      { apiKey: canaryKey(), [CANARY]: 1 },
      400,
      "INVALID_REQUEST",
    ],
    [
      "an overlong label",
      "/v1/provider-keys/openai",
      { apiKey: canaryKey(), label: CANARY.repeat(30) },
      400,
      "INVALID_REQUEST",
    ],
    [
      "an expiry that is over",
      "/v1/provider-keys/openai",
      { apiKey: canaryKey(), expiresAt: "2020-01-01T00:00:00Z" },
      400,
      "INVALID_REQUEST",
    ],
    [
      "an expiry that is no time",
      "/v1/provider-keys/openai",
      { apiKey: canaryKey(), expiresAt: CANARY },
      400,
      "INVALID_REQUEST",
    ],
    [
      "another provider's key",
      "/v1/provider-keys/google",
      { apiKey: canaryKey() },
      400,
      "OTHER_PROVIDERS_KEY",
    ],
  ])("with %s is refused by code", async (_what, path, body, status, code) => {
    const answer = await send({ method: "PUT", path, body: JSON.stringify(body) });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({
      type: "about:blank",
      title: expect.any(String) as string,
      status,
      code,
      ...(code === "OTHER_PROVIDERS_KEY" && { looksLike: "openai" }),
    });
  });
});

describe("a change", () => {
  test.each([
    ["nothing to change", {}],
    ["an unknown state", { state: CANARY }],
    ["a state that only a removal gives", { state: "removed" }],
    ["a provider key", { apiKey: canaryKey() }],
    ["an unknown property", { [CANARY]: 1 }],
    ["an empty label", { label: "" }],
    ["an overlong label", { label: CANARY.repeat(30) }],
    ["a place that is none", { order: 0.5 }],
    ["a place before the first", { order: -1 }],
    ["an expiry that is no time", { expiresAt: CANARY }],
    ["an expiry that is over", { expiresAt: "2020-01-01T00:00:00Z" }],
    ["`__proto__`", JSON.parse('{"__proto__":{"state":"active"}}') as object],
  ])("with %s is refused", async (_what, changes) => {
    const path = "/v1/provider-keys/openai";
    const answer = await send({ method: "PATCH", path, body: JSON.stringify(changes) });
    expect([answer.status, answer.code]).toEqual([400, "INVALID_REQUEST"]);
  });
});

describe.each([
  ["PATCH", "", '{"label":"x"}'],
  ["DELETE", "", undefined],
  ["POST", "/verify", undefined],
] as const)("%s of a provider key", (method, end, body) => {
  test.each([
    [`/v1/provider-keys/${CANARY}`, 404, "UNKNOWN_PROVIDER"],
    ["/v1/provider-keys/constructor", 404, "UNKNOWN_PROVIDER"],
    ["/v1/provider-keys/openai%2fdefault", 404, "UNKNOWN_PROVIDER"],
    ["/v1/provider-keys/openai%00", 404, "UNKNOWN_PROVIDER"],
    ["/v1/provider-keys/anthropic", 404, "PROVIDER_KEY_NOT_FOUND"],
    ["/v1/provider-keys/openai/other", 404, "PROVIDER_KEY_NOT_FOUND"],
    [`/v1/provider-keys/openai/${CANARY}`, 400, "INVALID_REQUEST"],
    ["/v1/provider-keys/openai/a%2fb", 400, "INVALID_REQUEST"],
    ["/v1/provider-keys/openai/default%00", 400, "INVALID_REQUEST"],
    ["/v1/provider-keys/openai/default%0a", 400, "INVALID_REQUEST"],
    ["/v1/provider-keys/openai/%zz", 400, "BAD_REQUEST"],
    ["/v1/provider-keys/openai/default/more", 404, "ROUTE_NOT_FOUND"],
  ])("at %s is refused", async (path, status, code) => {
    const answer = await send({ method, path: path + end, ...(body !== undefined && { body }) });
    expect([answer.status, answer.code]).toEqual([status, code]);
  });
});

describe("a removal", () => {
  test("in legacy form without a provider has the legacy text", async () => {
    const answer = await send({ method: "DELETE", path: "/api/user/api-key", body: "{}" });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { error: "Provider is required" }]);
  });

  test("of what another has is not found, and theirs stays", async () => {
    const other = await Person.named(system, "eve");
    const answer = await send({
      method: "DELETE",
      path: "/v1/provider-keys/openai",
      headers: { authorization: `Bearer ${other.token}` },
    });
    expect([answer.status, answer.code]).toEqual([404, "PROVIDER_KEY_NOT_FOUND"]);
    const kept = await person.request("GET", "/api/user/api-key-status");
    expect(await kept.json()).toMatchObject({ hasOpenAI: true });
  });
});

/** Last: the tests above have sent the canary by every way in. */
test("the canary and the token are in no answer, log line, stored item or CloudTrail record", async () => {
  expect(sender.answers.length).toBeGreaterThan(80);
  expect(system.logLines().length).toBeGreaterThan(40);
  expect(await leaks(system, sender.answers, [CANARY, person.token])).toEqual([]);
});
