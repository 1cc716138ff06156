/**
 * Bad input on every route: a 4xx with a stable code and a constant text; and at the end one search for
 * the canary, which every input carried, in every answer, log line and stored item.
 */
import { generateKeyPairSync, createHmac } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { goodCall, leaks, Sender, type Call } from "../support/bad-input.ts";
import {
  floodOfHeaders,
  foreignMethods,
  hostileHeaders,
  malformedHeaders,
  MARKER,
} from "../support/hostile-calls.ts";
import { CANARY, canaryKey, Person, startForTest } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";
import { rawRequest, type RawRequest } from "../support/raw-request.ts";
import { eachOf, faultOf } from "../support/refusal.ts";

let system: LocalSystem;
let person: Person;
let sender: Sender;
const send = (call: Call) => sender.send(call);

beforeAll(async () => {
  system = await startForTest({ settings: { limits: noLimits } });
  person = await Person.named(system, "ada");
  sender = new Sender(system, person.token);
});
afterAll(() => system.close());

type Headers = NonNullable<RawRequest["headers"]>;
const json = ["content-type", "application/json"] as const;

/** A good call with other headers than a client would send; the token comes with them. */
async function sendRaw({ method, path, body }: Call, headers: Headers) {
  const token = ["authorization", `Bearer ${person.token}`] as const;
  const request = { method, target: path, headers: [token, ...headers], ...(body !== undefined && { body }) };
  const answer = await rawRequest(system.api, request);
  sender.answers.push(answer.text);
  return answer;
}

/** What is public reads nothing of a request: `test/local/openapi.test.ts`. */
const named = routes
  .filter(({ isPublic }) => !isPublic)
  .map((route) => ({ name: `${route.method} ${route.path}`, route }));
const withJsonBody = named.filter(({ route }) => {
  return (
    ["save", "update"].includes(route.function) || (route.function === "remove" && route.errors === "legacy")
  );
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
  test("with nothing wrong is a success", async () => {
    await person.save(canaryKey());
    const answer = await send(goodCall(route));
    expect([200, 204]).toContain(answer.status);
  });

  test.each(Object.keys(badTokens))("with %s is 401", async (kind) => {
    const authorization = (await badTokens[kind]?.()) ?? "";
    const answer = await send({ ...goodCall(route), headers: { authorization } });
    expect([answer.status, answer.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
    expect(answer.text).toContain("Authentication required");
  });

  test("with a token in two headers at once is 401", async () => {
    const answer = await sendRaw(goodCall(route), [json, ["authorization", `Bearer ${person.token}`]]);
    expect([answer.status, answer.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
  });

  test("with more than 6 MB is 413", async () => {
    const body = Buffer.alloc(6 * 1024 * 1024, CANARY);
    const answer = await sendRaw({ ...goodCall(route), body }, []);
    expect([answer.status, answer.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("does the same whatever other headers say", async () => {
    await person.save(canaryKey());
    const answer = await sendRaw(goodCall(route), [json, ...hostileHeaders]);
    expect([200, 204]).toContain(answer.status);
  });

  test("is refused with too many headers, and with what is no HTTP", async () => {
    expect(faultOf(await sendRaw(goodCall(route), [json, ...floodOfHeaders]), "BAD_REQUEST")).toBeUndefined();
    const faults = await eachOf(Object.values(malformedHeaders), async (headers) => {
      return faultOf(await sendRaw({ ...goodCall(route), body: "{}" }, headers), undefined);
    });
    expect(faults.filter(Boolean)).toEqual([]);
  });

  test("is no call by another method, and an override makes none of it", async () => {
    const { path } = goodCall(route);
    const known = routes.filter((other) => other.path === route.path).map(({ method }) => method);
    const others = [...foreignMethods, "POST"].filter((method) => !(known as string[]).includes(method));
    const code = known.includes("ANY") ? "ROUTE_NOT_ALLOWED" : "ROUTE_NOT_FOUND";
    // The proxied route's good call is the one `POST` that it allows.
    const asked = others.filter((method) => !(known.includes("ANY") && method === "POST"));
    const faults = await eachOf(asked, async (method) => {
      const overrides = ["x-http-method-override", "x-http-method", "x-method-override"];
      const headers = overrides.map((name) => [name, route.method] as const);
      return faultOf(await sendRaw({ method, path }, headers), code, method);
    });
    expect(faults.filter(Boolean)).toEqual([]);
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

/** The provider gets the key and may do with it what it likes: nothing of that comes back. */
describe.each([
  "PUT /v1/provider-keys/{provider}",
  "PUT /v1/provider-keys/{provider}/{name}",
  "POST /api/user/api-key",
])("%s of a key that its provider", (name) => {
  const { route } = named.find((one) => one.name === name)!;
  test.each([
    ["refuses", "rejected", 422, "PROVIDER_KEY_REJECTED"],
    ["forbids", "forbidden", 422, "PROVIDER_KEY_REJECTED"],
    ["limits", "limited", 200, undefined],
    ["does not know what to say of", "broken", 200, undefined],
    ["wants to have elsewhere", "redirect", 200, undefined],
    ["sends back", "echo-key", 200, undefined],
  ] as const)("%s (%s) is answered %i %s", async (_what, marked, status, code) => {
    const { body, ...call } = goodCall(route);
    const apiKey = canaryKey("openai", marked);
    const good = JSON.parse(String(body)) as object;
    const answer = await send({ ...call, body: JSON.stringify({ ...good, apiKey }) });
    const isLegacy = route.errors === "legacy" && status === 422;
    expect([answer.status, answer.code]).toEqual([isLegacy ? 400 : status, code]);
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
test("the canary and the token are in no answer, log line, stored item or CloudTrail record", async () => {
  expect(sender.answers.length).toBeGreaterThan(400);
  expect(system.logLines().length).toBeGreaterThan(200);
  expect(await leaks(system, sender.answers, [CANARY, MARKER, person.token])).toEqual([]);
});
