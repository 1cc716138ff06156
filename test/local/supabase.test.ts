import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import { routes } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey, CANARY } from "../support/keys.ts";
import { startForTest, storedItems } from "../support/local-system.ts";
import { signIn, type CookieJar } from "../support/supabase.ts";

/** A front end that is served under the API's own origin, with the session that the real `@supabase/ssr` keeps. */
const app = "https://app.example";
const other = "https://evil.example";
let system: LocalSystem;
let session: CookieJar;

beforeAll(async () => {
  system = await startForTest({ settings: { sessionCookie: "sb-*-auth-token", allowedOrigins: [app] } });
  session = await signIn(await system.token("ada"));
});
afterAll(() => system.close());

/** A request of a page, as a browser sends it: with the cookies, and with its origin where that is not `undefined`. */
async function send(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
  const response = await fetch(system.api + path, {
    method,
    headers: { cookie: session.header(), "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const code = response.headers.get("waxseal-error-code") ?? undefined;
  return { status: response.status, code, json: (text ? JSON.parse(text) : undefined) as unknown };
}

const save = (headers: Record<string, string>) =>
  send("POST", "/api/user/api-key", headers, { provider: "openai", apiKey: canaryKey("openai") });

describe("with a session's cookie", () => {
  test("a person saves, and it is theirs, as with the bearer token", async () => {
    expect(await save({ origin: app })).toMatchObject({ status: 200, json: { success: true } });
    const authorization = `Bearer ${await system.token("ada")}`;
    const byBearer = await fetch(`${system.api}/api/user/api-key-status`, { headers: { authorization } });
    expect(await byBearer.json()).toMatchObject({ hasOpenAI: true });
    expect(await storedItems(system)).toEqual([
      expect.objectContaining({ ownerId: ownerIdOf(`${system.api}/local`, "ada"), slot: "openai/default" }),
    ]);
  });

  test("a person reads, without an origin, as browsers do", async () => {
    const status = await send("GET", "/api/user/api-key-status", { "sec-fetch-site": "same-origin" });
    expect(status).toMatchObject({ status: 200, json: { hasOpenAI: true } });
    expect(await send("GET", "/v1/provider-keys")).toMatchObject({
      status: 200,
      json: { providerKeys: [{ provider: "openai" }] },
    });
  });

  test("a person calls a provider, which gets nothing of the session", async () => {
    const chat = await send(
      "POST",
      "/proxy/openai/v1/chat/completions",
      { origin: app },
      { model: "gpt-test", messages: [] },
    );
    expect(chat.status).toBe(200);
    const received = await (await fetch(`${system.standIn}/_received`)).text();
    expect(received).toContain("/v1/chat/completions");
    expect(received).not.toContain("sb-");
    expect(received).not.toContain(app);
  });

  test("that is long, in chunks, a person is known too", async () => {
    const long = await signIn(await system.token("ada"), { client: "browser", metadataLength: 3000 });
    expect(long.names.length).toBeGreaterThan(1);
    const cookie = `theme=dark; ${long.header()}`;
    expect(await send("GET", "/api/user/api-key-status", { cookie })).toMatchObject({
      json: { hasOpenAI: true },
    });
    expect(await save({ cookie, origin: app })).toMatchObject({ status: 200 });
  });
});

describe("another page", () => {
  const changing = routes.filter(({ method }) => method !== "GET");
  const calls = changing.map(({ method, path }) => ({
    method: method === "ANY" ? "POST" : method,
    path: path
      .replace("{provider}", "openai")
      .replace("{name}", "default")
      .replace("{path+}", "v1/chat/completions"),
  }));

  test.each(calls)("cannot $method $path with the person's cookie", async ({ method, path }) => {
    const before = await storedItems(system);
    for (const headers of [{}, { origin: other }, { origin: "null" }, { origin: `${app}.evil.example` }]) {
      const body = { provider: "openai", apiKey: canaryKey("openai") };
      const answer = await send(method, path, headers, body);
      expect(answer).toMatchObject({ status: 403, code: "ORIGIN_NOT_ALLOWED" });
    }
    expect(await storedItems(system)).toEqual(before);
  });

  test.each(["/api/user/api-key-status", "/v1/providers", "/v1/provider-keys", "/proxy/openai/v1/models"])(
    "of another site cannot have GET %s sent with it",
    async (path) => {
      expect(await send("GET", path, { "sec-fetch-site": "cross-site" })).toMatchObject({ status: 403 });
      expect(await send("GET", path, { origin: other })).toMatchObject({ status: 403 });
    },
  );

  test("is told so in the legacy routes' form", async () => {
    const { status, json } = await save({ origin: other });
    expect([status, json]).toEqual([403, { error: "A page of this origin may not do this" }]);
  });

  test("with a token of its own needs no cookie, and no origin is asked for", async () => {
    const authorization = `Bearer ${await system.token("eve")}`;
    expect(await save({ authorization, origin: other, cookie: "" })).toMatchObject({ status: 200 });
  });
});

describe("no session", () => {
  const read = (headers: Record<string, string>) => send("GET", "/api/user/api-key-status", headers);
  const refused = { status: 401, json: { error: "Authentication required" } };

  test("is a good cookie beside a bad bearer token", async () => {
    expect(await read({ authorization: `Bearer ${CANARY}` })).toMatchObject(refused);
  });

  test("is one that has expired", async () => {
    const value = JSON.stringify({ access_token: await system.token("ada", -3600) });
    expect(await read({ cookie: `sb-x-auth-token=${encodeURIComponent(value)}` })).toMatchObject(refused);
  });

  test("are two of different projects", async () => {
    const value = JSON.stringify({ access_token: await system.token("eve") });
    const cookie = `${session.header()}; sb-planted-auth-token=${encodeURIComponent(value)}`;
    expect(await read({ cookie })).toMatchObject(refused);
  });

  test("is a code verifier of a sign-in", async () => {
    const value = JSON.stringify({ access_token: await system.token("ada") });
    const cookie = `sb-x-auth-token-code-verifier=${encodeURIComponent(value)}`;
    expect(await read({ cookie })).toMatchObject(refused);
  });
});

test("nothing of a session is in the logs", () => {
  const lines = system.logLines().join("\n");
  expect(lines).toContain("ORIGIN_NOT_ALLOWED");
  expect(lines).not.toMatch(/sb-|eyJ|base64-/);
  expect(lines).not.toContain(CANARY);
});
