import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registry } from "../../../lib/providers/registry.ts";
import { closeServer, listen } from "../../../local/http/server.ts";
import { standInProvider } from "../../../local/stand-in/stand-in.ts";

/** One origin for every provider: told apart by path and by the header that has the key. */
const server = standInProvider();
let origin = "";
/** In no form that a provider issues. */
const good = `example-${"example".repeat(4)}`;
const words = "Sealed, used, accounted for.";

beforeAll(async () => {
  origin = await listen(server, 0);
});
afterAll(() => closeServer(server));

const routes = {
  openAi: ["/v1/chat/completions", "authorization"],
  groq: ["/openai/v1/chat/completions", "authorization"],
  openRouter: ["/api/v1/chat/completions", "authorization"],
  fireworks: ["/inference/v1/chat/completions", "authorization"],
  perplexityAndDeepSeek: ["/chat/completions", "authorization"],
  cohereCompatible: ["/compatibility/v1/chat/completions", "authorization"],
  azure: ["/openai/v1/chat/completions", "api-key"],
  azureDeployment: ["/openai/deployments/my-gpt/chat/completions?api-version=2025-01-01", "api-key"],
  cohere: ["/v2/chat", "authorization"],
  anthropic: ["/v1/messages", "x-api-key"],
  google: ["/v1beta/models/gemini-test:generateContent", "x-goog-api-key"],
} as const;

type RouteName = keyof typeof routes;
const names = Object.keys(routes) as RouteName[];

function call(route: RouteName, providerKey = good, model = "some-model"): Promise<Response> {
  const [path, header] = routes[route];
  return fetch(origin + path.replace("gemini-test", model).replace("my-gpt", model), {
    method: "POST",
    headers: { [header]: header === "authorization" ? `Bearer ${providerKey}` : providerKey },
    body: JSON.stringify({ model, messages: [] }),
    redirect: "manual",
  });
}

test.each(names)("%s has its route and its header", async (route) => {
  const response = await call(route);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(words);
});

test.each(["authorization", "x-api-key", "x-goog-api-key"])("models are listed for %s", async (header) => {
  const headers = { [header]: header === "authorization" ? `Bearer ${good}` : good };
  const response = await fetch(`${origin}/v1/models`, { headers });
  const list = (await response.json()) as Record<string, unknown[]>;
  const models = header === "x-goog-api-key" ? list["models"] : list["data"];
  expect([response.status, models?.length]).toEqual([200, 1]);
});

test.each(registry.map(({ id, verifyCall, authorization }) => ({ id, verifyCall, authorization })))(
  "$id: the call that verifies a key is there, and refuses a bad one",
  async ({ verifyCall, authorization: { name, scheme } }) => {
    const verify = async (providerKey: string) => {
      const headers = { [name]: scheme ? `${scheme} ${providerKey}` : providerKey };
      return (await fetch(origin + verifyCall.slice("GET ".length), { headers })).status;
    };
    expect(await verify(good)).toBe(200);
    expect([400, 401]).toContain(await verify("example-rejected-example"));
  },
);

describe("a refusal, asked for by a word in the provider key", () => {
  const refused = (word: string) => `example-${word}-example-example`;
  const openAi = { error: { type: "invalid_request_error" } };

  test.each<[RouteName, string, number, object]>([
    ["openAi", "rejected", 401, { error: { code: "invalid_api_key" } }],
    ["openAi", "forbidden", 403, openAi],
    ["openAi", "limited", 429, { error: { code: "rate_limit_exceeded" } }],
    ["openAi", "quota", 429, { error: { code: "insufficient_quota" } }],
    ["azure", "rejected", 401, { error: { code: "401" } }],
    ["openRouter", "rejected", 401, { error: { code: 401 } }],
    ["openRouter", "quota", 402, { error: { code: 402 } }],
    ["perplexityAndDeepSeek", "quota", 402, { error: { message: "Insufficient Balance" } }],
    ["cohere", "rejected", 401, { message: "invalid api token" }],
    ["cohere", "quota", 402, {}],
    ["anthropic", "rejected", 401, { type: "error", error: { type: "authentication_error" } }],
    ["anthropic", "forbidden", 403, { error: { type: "permission_error" } }],
    ["anthropic", "limited", 429, { error: { type: "rate_limit_error" } }],
    [
      "anthropic",
      "quota",
      400,
      { error: { message: expect.stringMatching(/credit balance is too low/) as string } },
    ],
    [
      "google",
      "rejected",
      400,
      { error: { status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] } },
    ],
    ["google", "forbidden", 403, { error: { status: "PERMISSION_DENIED" } }],
    ["google", "limited", 429, { error: { status: "RESOURCE_EXHAUSTED" } }],
    ["google", "quota", 429, { error: { status: "RESOURCE_EXHAUSTED" } }],
  ])("%s: %s is %i", async (route, word, status, body) => {
    const response = await call(route, refused(word));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(body);
    expect(response.headers.get("retry-after")).toBe(word === "limited" ? "7" : null);
  });

  test.each(names)(
    "%s: no key at all is 401, one that no provider could have issued is refused",
    async (route) => {
      const response = await fetch(origin + routes[route][0], { method: "POST", body: "{}" });
      expect(response.status).toBe(401);
      expect((await call(route, "not-a-key")).status).toBe(route === "google" ? 400 : 401);
    },
  );
});

test.each(names)("%s: the misbehaviours are there too", async (route) => {
  const [, header] = routes[route];
  const credential = header === "authorization" ? `Bearer ${good}` : good;
  for (const model of ["gzip", "br", "deflate", "zstd", "bytes"]) {
    expect(await (await call(route, good, `echo-key-${model}`)).text()).toBe(`before ${credential} after`);
  }
  const told = await call(route, good, "tell-fingerprint");
  const hash = createHash("sha256").update(credential).digest("hex");
  expect(told.headers.get("openai-fingerprint")).toBe(hash);
  expect((await call(route, good, "error-500")).status).toBe(500);
  expect((await call(route, good, "redirect")).status).toBe(302);
});

test("what the proxy's scrubbing does not promise can be tried as well", async () => {
  const inBase64 = await (await call("anthropic", good, "echo-key-base64")).text();
  expect(Buffer.from(inBase64, "base64").toString()).toBe(good);
  const escaped = await (await call("anthropic", good, "echo-key-json-escaped")).text();
  expect(escaped).not.toContain(good);
  expect(JSON.parse(escaped)).toEqual({ echo: good });
});

test("held streams one chunk, and one for each release after it", async () => {
  const response = await fetch(`${origin}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": good },
    body: JSON.stringify({ model: "held", stream: true }),
  });
  const seen: string[] = [];
  for await (const chunk of response.body!) {
    seen.push(/^event: (\w+)\n/.exec(Buffer.from(chunk).toString())?.[1] ?? "none");
    await fetch(`${origin}/_release`, { method: "POST" });
  }
  const delta = "content_block_delta";
  expect(seen).toEqual(
    ["message_start", "content_block_start", "ping"].concat(Array<string>(7).fill(delta), [
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]),
  );
});

test("releases are not for another site's page", async () => {
  const headers = { origin: "https://evil.example" };
  expect((await fetch(`${origin}/_release`, { method: "POST", headers })).status).toBe(403);
});
