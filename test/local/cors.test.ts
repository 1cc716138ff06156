import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest } from "../support/local-system.ts";

/** Pages of configured origins can read every answer; others none that is about a person. */
const app = "https://app.example";
let system: LocalSystem;
let token: string;

beforeAll(async () => {
  system = await startForTest({ settings: { allowedOrigins: [app, "https://www.example"] } });
  const ada = await Person.named(system, "ada");
  ({ token } = ada);
  expect((await ada.save(canaryKey("openai"))).status).toBe(200);
});
afterAll(() => system.close());

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const send = ({ method, path, body, headers = {} }: Call, origin: string) =>
  fetch(system.api + path, {
    method,
    headers: { origin, authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body }),
  });

const chat = (model: string): Call => ({
  method: "POST",
  path: "/proxy/openai/v1/chat/completions",
  body: JSON.stringify({ model, messages: [], stream: true }),
});

const answersOfFunctions: [what: string, status: number, call: Call][] = [
  ["a list", 200, { method: "GET", path: "/v1/provider-keys" }],
  ["a legacy status", 200, { method: "GET", path: "/api/user/api-key-status" }],
  ["a streamed answer", 200, chat("gpt-test")],
  ["a provider's own error", 500, chat("error-500")],
  ["a call that is not passed on", 403, { method: "POST", path: "/proxy/openai/v1/files", body: "{}" }],
  ["a legacy error", 400, { method: "POST", path: "/api/user/api-key", body: "{}" }],
  ["malformed JSON", 400, { method: "PUT", path: "/v1/provider-keys/openai", body: "{" }],
  ["an unknown provider", 404, { method: "DELETE", path: "/v1/provider-keys/none" }],
  ["no authentication", 401, { method: "GET", path: "/v1/providers", headers: { authorization: "" } }],
  ["none for the proxy", 401, { ...chat("gpt-test"), headers: { authorization: "Bearer x" } }],
  ["a removal", 204, { method: "DELETE", path: "/v1/provider-keys/openai" }],
];

describe("an answer of a function", () => {
  test.each(answersOfFunctions)(
    "(%s, %i) can be read by an allowed page, and by no other",
    async (_what, status, call) => {
      // What another page may not read happens all the same, so the removal comes last and is done once.
      const isOnce = status === 204;
      for (const origin of isOnce ? [app] : [app, "https://www.example"]) {
        const answer = await send(call, origin);
        await answer.text();
        expect(answer.status).toBe(status);
        expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
        expect(answer.headers.get("access-control-expose-headers")).toContain("retry-after");
        expect(answer.headers.get("vary")).toBe("origin");
        expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
      }
      if (isOnce) return;
      for (const origin of ["https://evil.example", "null", `${app}.evil.example`]) {
        const answer = await send(call, origin);
        await answer.text();
        expect(answer.status).toBe(status);
        expect(answer.headers.get("vary")).toBe("origin");
        expect(answer.headers.has("access-control-allow-origin")).toBe(false);
      }
    },
  );
});

describe("the gateway's own answer", () => {
  const tooLarge = "x".repeat(7 * 1024 * 1024);
  test.each<[string, number, Call]>([
    ["no such route", 404, { method: "GET", path: "/v1/none" }],
    ["too large", 413, { method: "PUT", path: "/v1/provider-keys/openai", body: tooLarge }],
  ])("(%s, %i) can be read, and says nothing of anyone", async (_what, status, call) => {
    const answer = await send(call, app);
    expect(answer.status).toBe(status);
    expect([app, "*"]).toContain(answer.headers.get("access-control-allow-origin"));
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
    expect(Object.keys((await answer.json()) as object).sort()).toEqual(["code", "status", "title", "type"]);
  });
});

describe("a preflight", () => {
  const calls = routes.map(({ method, path }) => ({
    method: method === "ANY" ? "POST" : method,
    path: path.replace("{provider}", "openai").replace("{name}", "default").replace("{path+}", "v1/models"),
  }));
  const ask = (path: string, method: string, origin: string) =>
    fetch(system.api + path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type,x-stainless-lang",
      },
    });

  test.each(calls)("of $method $path is for allowed pages", async ({ method, path }) => {
    const allowed = await ask(path, method, app);
    expect(allowed.ok).toBe(true);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(app);
    expect(allowed.headers.get("access-control-allow-methods")?.split(/, ?/)).toContain(method);
    expect(allowed.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
    expect(allowed.headers.has("access-control-allow-credentials")).toBe(false);

    const refused = await ask(path, method, "https://evil.example");
    expect(refused.headers.get("access-control-allow-origin")).not.toBe("https://evil.example");
    expect(refused.headers.get("access-control-allow-origin")).not.toBe("*");
  });
});
