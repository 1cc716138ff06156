import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import { forgeries, signToken } from "../support/forgeries.ts";
import { checkOf, startServer, type Checked } from "../support/token-check.ts";
import { apiEvent } from "../unit/http/api-event.ts";

/** Attacks on tokens, against the real verifier within the middlewares of every handler. */
const ISSUER = "https://project.example/auth/v1";
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const header = { alg: "ES256", kid: "current", typ: "JWT" };
const jwks = {
  keys: [
    { ...publicKey.export({ format: "jwk" }), kid: "current", alg: "ES256", use: "sig" },
    { ...rsa.publicKey.export({ format: "jwk" }), kid: "rsa", alg: "RS256", use: "sig" },
  ],
};
const pages: Record<string, { status?: number; body: string; location?: string }> = {
  "/jwks.json": { body: JSON.stringify(jwks) },
  "/broken": { status: 500, body: "" },
  "/html": { body: "<html>" },
  "/no-keys": { body: '{"keys":null}' },
  "/odd-key": { body: '{"keys":[{"kty":1}]}' },
  "/moved": { status: 302, body: "", location: "/jwks.json" },
};
const issuer = await startServer(pages);
const attacker = await startServer({ "/jwks.json": { body: JSON.stringify(jwks) } });

/** A whole second, so that borders can be stood on. */
const NOW = 1_800_000_000;
const claims = { iss: ISSUER, aud: "waxseal", sub: "eve", iat: NOW, exp: NOW + 600 };
const signed = (changes: object | string = {}, headerChanges: object = {}) =>
  signToken(
    { ...header, ...headerChanges },
    typeof changes === "string" ? changes : { ...claims, ...changes },
    privateKey,
  );
const without = (name: keyof typeof claims) => signed({ [name]: undefined });

const settings = { issuer: ISSUER, jwksUri: `${issuer.url}/jwks.json`, audience: "waxseal" };
let check: Awaited<ReturnType<typeof checkOf>>;
let checkOrganisation: Awaited<ReturnType<typeof checkOf>>;
const withToken = (token: string) => check(apiEvent({ authorization: `Bearer ${token}` }));

beforeAll(async () => {
  check = await checkOf(settings);
  checkOrganisation = await checkOf({ ...settings, ownerClaim: "org_id" });
});
afterAll(() => Promise.all([issuer.close(), attacker.close()]));
afterEach(() => {
  expect(attacker.asked).toEqual([]);
});
vi.useFakeTimers({ toFake: ["Date"], now: NOW * 1000 });

function expectRefusal(answer: Checked): void {
  expect(answer).toEqual({
    status: 401,
    code: "AUTHENTICATION_REQUIRED",
    ownerId: undefined,
    actor: undefined,
  });
}
const ownerOf = (subject: string) => ownerIdOf(ISSUER, subject);

test("a good token is its subject's", async () => {
  expect(await withToken(signed())).toMatchObject({
    status: 200,
    ownerId: ownerOf("eve"),
    actor: ownerOf("eve"),
  });
});

describe("a forged token is refused:", () => {
  const forged = forgeries({ token: signed(), jwks, server: attacker.url });

  test("there are many kinds", () => {
    expect(Object.keys(forged).length).toBeGreaterThan(110);
  });

  test.each(Object.entries(forged))("%s", async (_attack, token) => {
    expectRefusal(await withToken(token));
  });

  test("another of the issuer's keys under this kid", async () => {
    const rsaPem = rsa.privateKey.export({ type: "pkcs8", format: "pem" });
    expectRefusal(await withToken(signToken({ ...header, alg: "RS256" }, claims, createPrivateKey(rsaPem))));
    expectRefusal(await withToken(signToken({ ...header, kid: "rsa" }, claims, privateKey)));
  });

  test.each([{ crit: ["exp"] }, { crit: ["b64"], b64: true }, { crit: [] }, { crit: "exp" }, { crit: null }])(
    "an extension that must be understood, though the issuer signed it: %j",
    async (crit) => {
      expectRefusal(await withToken(signed({}, crit)));
    },
  );
});

describe("times", () => {
  test.each([
    ["expired just within the grace", { exp: NOW - 30 }],
    ["not yet valid, just within the grace", { nbf: NOW + 30 }],
    ["with a fraction of a second", { exp: NOW - 29.5 }],
    ["in the last year that there is", { exp: 253_402_300_799 }],
  ])("a token %s is taken", async (_what, changes) => {
    expect((await withToken(signed(changes))).status).toBe(200);
  });

  test.each<[string, object]>([
    ["expired just beyond the grace", { exp: NOW - 31 }],
    ["expired long ago", { exp: 1 }],
    ["not valid yet, just beyond the grace", { nbf: NOW + 31 }],
    ["not valid for long", { nbf: 1e300 }],
    ["with nbf as a text", { nbf: String(NOW) }],
    ["without exp", { exp: undefined }],
    ["with exp null", { exp: null }],
    ["with exp zero", { exp: 0 }],
    ["with exp as a text", { exp: String(NOW + 600) }],
    ["with exp as a list", { exp: [NOW + 600] }],
    ["with exp true", { exp: true }],
    ["with a negative exp", { exp: -NOW }],
    ["with a huge negative exp", { exp: -1e300 }],
    ["with a huge exp", { exp: 1e300 }],
    ["with exp in milliseconds", { exp: (NOW + 600) * 1000 }],
    ["with iat as a text", { iat: "now" }],
  ])("a token %s is refused", async (_what, changes) => {
    expectRefusal(await withToken(signed(changes)));
  });

  test("an exp beyond all numbers is refused", async () => {
    expectRefusal(await withToken(signed(JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999'))));
  });
});

describe("audience and issuer", () => {
  test("a token for several audiences, ours among them, is taken", async () => {
    expect((await withToken(signed({ aud: ["other", "waxseal"] }))).status).toBe(200);
  });

  test.each<unknown>([
    undefined,
    null,
    "",
    "other",
    "WAXSEAL",
    "waxseal ",
    "waxseal,other",
    [],
    ["other"],
    [["waxseal"]],
    ["waxseal", 1],
    { waxseal: true },
    true,
  ])("a token for the audience %j is refused", async (aud) => {
    expectRefusal(await withToken(signed({ aud })));
  });

  test.each<unknown>([
    undefined,
    null,
    "",
    `${ISSUER}/`,
    ISSUER.toUpperCase(),
    ISSUER.replace("https", "http"),
    ` ${ISSUER}`,
    ISSUER.replace("project", "other"),
    "https://project.example",
    [ISSUER],
    { [ISSUER]: 1 },
  ])("a token of the issuer %j is refused", async (iss) => {
    expectRefusal(await withToken(signed({ iss })));
  });
});

describe("subjects", () => {
  const odd: unknown[] = [
    undefined,
    null,
    "",
    " ",
    "\t\r\n",
    "\u00a0\u2003",
    0,
    42,
    true,
    ["eve"],
    { toString: "eve" },
    "x".repeat(513),
    "eve\ud800",
    "\udfffeve",
    "\ude00\ud83d",
  ];

  test.each(odd)("the subject %j is nobody", async (sub) => {
    expectRefusal(await withToken(signed({ sub })));
  });

  test.each(odd)("the owner claim %j is nobody's", async (org_id) => {
    const token = signed({ org_id });
    expectRefusal(await checkOrganisation(apiEvent({ authorization: `Bearer ${token}` })));
  });

  test("an owner claim owns, the subject acts", async () => {
    const token = signed({ org_id: "acme" });
    const answer = await checkOrganisation(apiEvent({ authorization: `Bearer ${token}` }));
    expect(answer).toMatchObject({ status: 200, ownerId: ownerOf("acme"), actor: ownerOf("eve") });
  });

  test("an owner claim that every object inherits is nobody's", async () => {
    const inherited = await checkOf({ ...settings, ownerClaim: "toString" });
    expectRefusal(await inherited(apiEvent({ authorization: `Bearer ${signed()}` })));
  });

  test("subjects that look alike are different owners", async () => {
    const subjects = [
      "eve",
      "Eve",
      " eve",
      "eve ",
      "eve\0",
      "e\0ve",
      "eve\u200b",
      "еve",
      "é",
      "e\u0301",
      "__proto__",
      "constructor",
      "eve/../ada",
      "*",
      "x".repeat(512),
      "x".repeat(511),
      "📎",
    ];
    const owners = await Promise.all(
      subjects.map(async (sub) => {
        const answer = await withToken(signed({ sub }));
        expect(answer).toMatchObject({ status: 200, ownerId: ownerOf(sub) });
        return answer.ownerId;
      }),
    );
    expect(new Set(owners).size).toBe(subjects.length);
  });

  test("of a claim that the issuer signed twice the last one counts, for everything alike", async () => {
    const twice = `{"sub":"ada",${JSON.stringify(claims).slice(1)}`;
    expect(await withToken(signed(twice))).toMatchObject({ ownerId: ownerOf("eve"), actor: ownerOf("eve") });
    expectRefusal(await withToken(signed(`${JSON.stringify(claims).slice(0, -1)},"aud":"other"}`)));
    expectRefusal(await withToken(signed(`${JSON.stringify(claims).slice(0, -1)},"exp":1}`)));
  });

  test("a token's ECDSA twin (r, n - s), which anyone can make, is the same person's", async () => {
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const [head = "", body = "", signature = ""] = signed().split(".");
    const bytes = Buffer.from(signature, "base64url");
    const twin = n - BigInt(`0x${bytes.subarray(32).toString("hex")}`);
    const altered = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(twin.toString(16).padStart(64, "0"), "hex"),
    ]);
    const answer = await withToken(`${head}.${body}.${altered.toString("base64url")}`);
    expect(answer).toMatchObject({ status: 200, ownerId: ownerOf("eve") });
  });
});

describe("a request's headers", () => {
  const good = signed();
  const proxied = (provider: string) => ({
    httpMethod: "POST",
    pathParameters: { provider, path: "v1/messages" },
  });

  test.each([
    ["a lower-case scheme", apiEvent({ authorization: `bearer ${good}` })],
    ["a scheme in capitals", apiEvent({ AUTHORIZATION: `BEARER ${good}` })],
    ["the header of the provider's SDK", apiEvent({ "x-api-key": good }, proxied("anthropic"))],
  ])("with %s are taken", async (_what, event) => {
    expect(await check(event)).toMatchObject({ status: 200, ownerId: ownerOf("eve") });
  });

  test.each([
    ["two Authorization headers", apiEvent({ authorization: [`Bearer ${good}`, `Bearer ${good}`] })],
    ["two in different case", apiEvent({ authorization: `Bearer ${good}`, Authorization: `Bearer ${good}` })],
    ["two, one of them empty", apiEvent({ authorization: [`Bearer ${good}`, ""] })],
    ["two joined by a comma", apiEvent({ authorization: `Bearer ${good}, Bearer ${good}` })],
    [
      "Authorization and x-api-key",
      apiEvent({ authorization: `Bearer ${good}`, "x-api-key": good }, proxied("anthropic")),
    ],
    ["two x-api-key", apiEvent({ "x-api-key": [good, good] }, proxied("anthropic"))],
    ["x-api-key with a scheme", apiEvent({ "x-api-key": `Bearer ${good}` }, proxied("anthropic"))],
    ["the token without a scheme", apiEvent({ authorization: good })],
    ["another scheme", apiEvent({ authorization: `DPoP ${good}` })],
    ["the scheme without a space", apiEvent({ authorization: `Bearer${good}` })],
    ["a tab after the scheme", apiEvent({ authorization: `Bearer\t${good}` })],
    ["a line end after the token", apiEvent({ authorization: `Bearer ${good}\n` })],
    ["the token in the query", apiEvent({}, { multiValueQueryStringParameters: { access_token: [good] } })],
    ["the token in a cookie that no one set up", apiEvent({ cookie: `token=${good}` })],
    [
      "a ten-kilobyte token that the issuer signed",
      apiEvent({ authorization: `Bearer ${signed({ filler: "x".repeat(7500) })}` }),
    ],
  ])("with %s are refused", async (_what, event) => {
    expectRefusal(await check(event));
  });

  test("that a gateway handed on in one map only are read too", async () => {
    const headers = { authorization: `Bearer ${good}` };
    const answer = await check(apiEvent({}, { headers, multiValueHeaders: null }));
    expect(answer.ownerId).toBe(ownerOf("eve"));
    expectRefusal(await check(apiEvent({}, { headers: null, multiValueHeaders: null })));
  });
});

describe("an issuer that does not answer", () => {
  test.each(["/broken", "/html", "/no-keys", "/odd-key", "/moved", "/missing"])(
    "as it should (%s) is no fault of the token",
    async (path) => {
      const ofBroken = await checkOf({ ...settings, jwksUri: issuer.url + path });
      expect(await ofBroken(apiEvent({ authorization: `Bearer ${signed()}` }))).toMatchObject({
        status: 503,
        code: "ISSUER_UNAVAILABLE",
      });
    },
  );

  test("at all is no fault of the token", async () => {
    const gone = await startServer({});
    await gone.close();
    const ofGone = await checkOf({ ...settings, jwksUri: `${gone.url}/jwks.json` });
    expect(await ofGone(apiEvent({ authorization: `Bearer ${signed()}` }))).toMatchObject({
      status: 503,
      code: "ISSUER_UNAVAILABLE",
    });
  });

  test("does not lock out those whose key is known", async () => {
    pages["/jwks.json"] = { status: 500, body: "" };
    expect((await withToken(signed())).status).toBe(200);
  });

  test("leaves what is no token a 401", async () => {
    const ofBroken = await checkOf({ ...settings, jwksUri: `${issuer.url}/broken` });
    expectRefusal(await ofBroken(apiEvent({ authorization: "Bearer x" })));
    expectRefusal(await ofBroken(apiEvent()));
  });
});

test("an absent claim is what its absence says", async () => {
  for (const name of ["iss", "aud", "sub", "exp"] as const) expectRefusal(await withToken(without(name)));
  expect((await withToken(without("iat"))).status).toBe(200);
});
