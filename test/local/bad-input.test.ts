import { generateKeyPairSync, createHmac } from "node:crypto";
import { connect } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes, type Route } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { CANARY, canaryKey, Person, startForTest, storedItems } from "../support/local-system.ts";

/**
 * Bad input on every route: a 4xx with a stable code and a constant text; and at the end one search for
 * the canary, which every input carried, in every answer, log line and stored item.
 */
let system: LocalSystem;
let person: Person;
const answers: string[] = [];
const savedKey = canaryKey();

beforeAll(async () => {
  system = await startForTest();
  person = await Person.named(system, "ada");
  await person.save(savedKey);
});
afterAll(() => system.close());

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Sends a call as it is; gives status, code and the whole answer's text, and keeps that for the end. */
async function send({ method, path, headers = {}, body }: Call) {
  const response = await fetch(system.api + path, {
    method,
    headers: { authorization: `Bearer ${person.token}`, "content-type": "application/json", ...headers },
    ...(body !== undefined && method !== "GET" && { body: body as string }),
  });
  const text = await response.text();
  answers.push(text, JSON.stringify([...response.headers]));
  return { status: response.status, code: response.headers.get("waxseal-error-code") ?? codeIn(text), text };
}

function codeIn(text: string): string | undefined {
  return text.startsWith("{") ? (JSON.parse(text) as { code?: string }).code : undefined;
}

/** A good call of each route, to be spoilt in one way at a time. */
function goodCall(route: Route): Call {
  const path = route.path
    .replace("{provider}", "openai")
    .replace("{name}", "default")
    .replace("{path+}", "v1/chat/completions");
  const method = route.method === "ANY" ? "POST" : route.method;
  const bodies: Record<string, unknown> = {
    "POST /api/user/api-key": { provider: "openai", apiKey: canaryKey() },
    "DELETE /api/user/api-key": { provider: "openai" },
  };
  const body = bodies[`${method} ${path}`] ?? { apiKey: canaryKey() };
  return { method, path, body: JSON.stringify(body) };
}

const named = routes.map((route) => ({ name: `${route.method} ${route.path}`, route }));
const withJsonBody = named.filter(({ route }) => {
  return route.function === "save" || (route.function === "remove" && route.errors === "legacy");
});

const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({
  iss: `${system.api}/local`,
  aud: "waxseal",
  sub: CANARY,
  iat: now(),
  exp: now() + 600,
});
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function realHeader(): Promise<Record<string, string>> {
  const [header = ""] = (await system.token("x")).split(".");
  return JSON.parse(Buffer.from(header, "base64url").toString()) as Record<string, string>;
}

async function signedByOther(changes: object = {}, header: object = {}): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const protectedHeader = { ...(await realHeader()), alg: "ES256", ...header };
  return new SignJWT({ ...claims(), ...changes }).setProtectedHeader(protectedHeader).sign(privateKey);
}

/** Tokens that must open nothing; each is made when the system is up. */
const badTokens: Record<string, () => Promise<string> | string> = {
  "no token at all": () => "",
  "something else than a token": () => `Bearer ${CANARY}`,
  "a basic login": () => `Basic ${CANARY}`,
  "an expired one": async () => `Bearer ${await system.token(CANARY, -3600)}`,
  "one signed by another": async () => `Bearer ${await signedByOther()}`,
  "one of another issuer": async () => `Bearer ${await signedByOther({ iss: "https://evil.example" })}`,
  "one with an unknown kid": async () => `Bearer ${await signedByOther({}, { kid: CANARY })}`,
  "one with an embedded public key": async () =>
    `Bearer ${await signedByOther({}, { jwk: { kty: "EC", crv: "P-256", x: "x", y: "y" } })}`,
  "one that names its own key set": async () =>
    `Bearer ${await signedByOther({}, { jku: "http://127.0.0.1:1/" })}`,
  "alg none": async () => `Bearer ${encode({ ...(await realHeader()), alg: "none" })}.${encode(claims())}.`,
  "alg none with a signature": async () =>
    `Bearer ${encode({ ...(await realHeader()), alg: "none" })}.${encode(claims())}.c2ln`,
  "HS256 with the public key as its secret": async () => {
    const jwks = await (await fetch(`${system.api}/local/jwks.json`)).text();
    const signed = `${encode({ ...(await realHeader()), alg: "HS256" })}.${encode(claims())}`;
    return `Bearer ${signed}.${createHmac("sha256", jwks).update(signed).digest("base64url")}`;
  },
  "a good one with its subject changed": async () => {
    const [header = "", , signature = ""] = (await system.token("eve")).split(".");
    return `Bearer ${header}.${encode({ ...claims(), sub: "ada" })}.${signature}`;
  },
};

describe.each(named)("$name", ({ route }) => {
  test.each(Object.keys(badTokens))("with %s is 401", async (kind) => {
    const call = goodCall(route);
    const authorization = (await badTokens[kind]?.()) ?? "";
    const answer = await send({ ...call, headers: { authorization } });
    expect([answer.status, answer.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
    expect(answer.text).toContain("Authentication required");
  });

  test("with a token in two headers at once is 401", async () => {
    const call = goodCall(route);
    const { port } = new URL(system.api);
    const body = String(call.body);
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        socket.write(
          `${call.method} ${call.path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
            `content-length: ${String(Buffer.byteLength(body))}\r\nauthorization: Bearer ${person.token}\r\n` +
            `Authorization: Bearer ${person.token}\r\nconnection: close\r\n\r\n${body}`,
        );
      });
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("end", () => {
        answers.push(text);
        resolve(text.split("\r\n", 1)[0] ?? "");
      });
      socket.on("error", reject);
    });
    expect(status).toBe("HTTP/1.1 401 Unauthorized");
  });
});

const spoiltBodies: Record<
  string,
  { body: string | Uint8Array; headers?: Record<string, string>; status: number; code: string }
> = {
  "malformed JSON": { body: `{"apiKey":"${CANARY}"`, status: 400, code: "MALFORMED_JSON" },
  "no body": { body: "", status: 400, code: "MALFORMED_JSON" },
  "a body that is not UTF-8": {
    body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    status: 400,
    code: "INVALID_REQUEST",
  },
  null: { body: "null", status: 400, code: "INVALID_REQUEST" },
  "an array": { body: `["${CANARY}"]`, status: 400, code: "INVALID_REQUEST" },
  "a text": { body: `"${CANARY}"`, status: 400, code: "INVALID_REQUEST" },
  "wrong types": {
    body: `{"provider":{"${CANARY}":1},"apiKey":["${CANARY}"]}`,
    status: 400,
    code: "INVALID_REQUEST",
  },
  "10,000 nested arrays": { body: "[".repeat(5000) + "]".repeat(5000), status: 400, code: "INVALID_REQUEST" },
  "1 MB": {
    body: JSON.stringify({ provider: "openai", apiKey: CANARY.repeat(175_000) }),
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
  },
  "a form": {
    body: `apiKey=${CANARY}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
};

describe.each(withJsonBody)("the body of $name", ({ route }) => {
  test.each(Object.entries(spoiltBodies))(
    "being %s is refused",
    async (_what, { status, code, ...spoilt }) => {
      const answer = await send({ ...goodCall(route), ...spoilt });
      expect([answer.status, answer.code]).toEqual([status, code]);
    },
  );
});

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
    });
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
    await other.save(`sk-rejected${canaryKey().slice(3)}`);
    expect((await other.chat()).status).toBe(401);
    const listed = await (await other.request("GET", "/v1/provider-keys")).json();
    expect(listed).toMatchObject({ providerKeys: [{ health: { status: "rejected" } }] });
  });
});

describe("no such route", () => {
  test.each(["/", "/v1", "/v1/provider-keys/", "/local/tokens", "/api/user/api-key/x", "//", `/${CANARY}`])(
    "%s is a 404 problem",
    async (path) => {
      const answer = await send({ method: "GET", path });
      expect([answer.status, answer.code]).toEqual([404, "ROUTE_NOT_FOUND"]);
    },
  );
});

/** Last: the tests above have sent the canary by every way in. */
describe("the canary", () => {
  test("is in no answer", () => {
    expect(answers.length).toBeGreaterThan(200);
    expect(answers.filter((text) => text.includes(CANARY))).toEqual([]);
  });

  test("is in no log line, and neither is a token", () => {
    const lines = system.logLines();
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.filter((line) => line.includes(CANARY) || line.includes(person.token))).toEqual([]);
  });

  test("is in no stored item, and in no CloudTrail record", async () => {
    const items = await storedItems(system);
    expect(items.length).toBeGreaterThan(0);
    const bytes = (_name: string, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
    expect(JSON.stringify(items, bytes)).not.toContain(CANARY);
    expect(JSON.stringify(system.cloudTrailRecords())).not.toContain(CANARY);
  });

  test("opens for its owner all the same", async () => {
    expect((await person.chat()).status).toBe(200);
    const received = (await (await fetch(`${system.standIn}/_received`)).json()) as {
      headers: Record<string, string>;
    }[];
    expect(received.at(-1)?.headers["authorization"]).toBe(`Bearer ${savedKey}`);
  });
});
