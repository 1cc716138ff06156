/**
 * The proxy as one provider's front end meets it: what is refused before the provider hears of it, and what a
 * provider may do wrong. `proxy-matrix.test.ts` has every provider.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { leaks, Sender, type Call } from "../support/bad-input.ts";
import { CANARY, canaryKey, Person, startForTest } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";

let system: LocalSystem;
let person: Person;
let sender: Sender;
const savedKey = canaryKey();
const send = (call: Call) => sender.send(call);

beforeAll(async () => {
  system = await startForTest({ settings: { limits: noLimits } });
  person = await Person.named(system, "ada");
  sender = new Sender(system, person.token);
  await person.save(savedKey);
});
afterAll(() => system.close());

describe("the proxy", () => {
  const proxied = (path: string, call: Partial<Call> = {}): Call => ({
    method: "POST",
    path: `/proxy/openai/${path}`,
    body: JSON.stringify({ model: "gpt-test", canary: CANARY }),
    ...call,
  });
  const receivedCount = async () =>
    ((await (await fetch(`${system.standIn}/_received`)).json()) as unknown[]).length;

  test.each([
    ["an unregistered path", proxied("v1/files"), 403, "ROUTE_NOT_ALLOWED"],
    ["the provider's administration", proxied("v1/organization/admin_api_keys"), 403, "ROUTE_NOT_ALLOWED"],
    ["a traversal", proxied("v1/chat/completions/..%2f..%2ffiles"), 403, "ROUTE_NOT_ALLOWED"],
    ["encoded slashes", proxied("v1%2fchat%2fcompletions%2f"), 403, "ROUTE_NOT_ALLOWED"],
    ["an absolute target", proxied("https://evil.example/v1/chat/completions"), 403, "ROUTE_NOT_ALLOWED"],
    ["a scheme-relative target", proxied("/evil.example/v1/chat/completions"), 404, "ROUTE_NOT_FOUND"],
    [
      "a line end in the path",
      proxied("v1/chat/completions%0d%0ahost:evil.example"),
      403,
      "ROUTE_NOT_ALLOWED",
    ],
    ["a key in the query", proxied(`v1/chat/completions?key=${CANARY}`), 403, "ROUTE_NOT_ALLOWED"],
    ["another method", proxied("v1/chat/completions", { method: "DELETE" }), 403, "ROUTE_NOT_ALLOWED"],
    ["a malformed encoding", proxied("v1/%zz"), 400, "BAD_REQUEST"],
    ["an unknown provider", { ...proxied(""), path: `/proxy/${CANARY}/v1/models` }, 404, "UNKNOWN_PROVIDER"],
    [
      "a provider that has no key",
      { ...proxied(""), path: "/proxy/anthropic/v1/messages" },
      404,
      "PROVIDER_KEY_NOT_FOUND",
    ],
    [
      "a name that has no key",
      { ...proxied(""), path: "/proxy/openai@other/v1/chat/completions" },
      404,
      "PROVIDER_KEY_NOT_FOUND",
    ],
    [
      "an encoded body",
      proxied("v1/chat/completions", { headers: { "content-encoding": "gzip" } }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "more than 6 MB",
      proxied("v1/chat/completions", { body: Buffer.alloc(7 * 1024 * 1024, "a") }),
      413,
      "PAYLOAD_TOO_LARGE",
    ],
    [
      "more than 10 MB",
      proxied("v1/chat/completions", { body: Buffer.alloc(11 * 1024 * 1024, "a") }),
      413,
      "PAYLOAD_TOO_LARGE",
    ],
  ])("refuses %s, and the provider hears nothing", async (_what, call, status, code) => {
    const before = await receivedCount();
    const decryptions = system.cloudTrailRecords().length;
    const answer = await send(call);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(await receivedCount()).toBe(before);
    expect(system.cloudTrailRecords().length).toBe(decryptions);
  });

  test.each([
    ["in one piece, in body and header", { model: "echo-key" }, "before Bearer [redacted] after"],
    ["over chunk borders", { model: "echo-key", stream: true }, "before Bearer [redacted] after"],
    ["compressed", { model: "echo-key-gzip" }, "before Bearer [redacted] after"],
  ])("scrubs a provider key that the provider echoes %s", async (_what, body, text) => {
    const answer = await send(proxied("v1/chat/completions", { body: JSON.stringify(body) }));
    expect([answer.status, answer.text]).toEqual([200, text]);
  });

  test("does not follow a redirect", async () => {
    const answer = await send(proxied("v1/chat/completions", { body: '{"model":"redirect"}' }));
    expect([answer.status, answer.code]).toEqual([502, "PROVIDER_REDIRECTED"]);
  });

  test.each(["cut", "lying-length"])(
    "lets the caller see that the provider's answer was cut (%s)",
    async (model) => {
      const response = await person.chat({ model });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
    },
  );

  test("passes the provider's own errors on", async () => {
    const answer = await send(proxied("v1/chat/completions", { body: '{"model":"error-500"}' }));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      500,
      { error: { type: "server_error" } },
    ]);
  });

  test("notes a key that the provider refuses, and the person sees it", async () => {
    const other = await Person.named(system, "refused");
    const apiKey = canaryKey("openai", "rejected");
    await other.request("PUT", "/v1/provider-keys/openai", { apiKey, verify: false });
    expect((await other.chat()).status).toBe(401);
    const listed = await (await other.request("GET", "/v1/provider-keys")).json();
    expect(listed).toMatchObject({ providerKeys: [{ health: { status: "rejected" } }] });
  });
});

test("the key opens for its owner all the same", async () => {
  expect((await person.chat()).status).toBe(200);
  const received = (await (await fetch(`${system.standIn}/_received`)).json()) as {
    headers: Record<string, string>;
  }[];
  expect(received.at(-1)?.headers["authorization"]).toBe(`Bearer ${savedKey}`);
});

/** Last: the tests above have sent the canary by every way in. */
test("the canary and the token are in no answer, log line, stored item or CloudTrail record", async () => {
  expect(sender.answers.length).toBeGreaterThan(40);
  expect(system.logLines().length).toBeGreaterThan(10);
  expect(await leaks(system, sender.answers, [CANARY, person.token])).toEqual([]);
});
