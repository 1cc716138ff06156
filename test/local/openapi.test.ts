import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import committed from "../../docs/openapi.json" with { type: "json" };
import { actingOperations, operations } from "../../lib/api/operations/operations.ts";
import { legacyError } from "../../lib/api/legacy.ts";
import { problemDocument, proxyProblem } from "../../lib/api/problem.ts";
import { routes, type Route } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { localBackEndRole } from "../../local/settings.ts";
import { signedFetch } from "../../lib/acting/signed-fetch.ts";
import { goodCall } from "../support/bad-input.ts";
import { canaryKey, Person, startForTest } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";
import { rawRequest } from "../support/raw-request.ts";

/** What the API answers is what its description says, field by field. */
let system: LocalSystem;
let person: Person;

beforeAll(async () => {
  system = await startForTest({ audited: true, settings: { limits: noLimits } });
  person = await Person.named(system, "ada");
});
afterAll(() => system.close());

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const answering = routes.filter(({ streams, isPublic }) => !streams && !isPublic);

type Responses = Readonly<
  Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>
>;

/** The codes that the description has for an operation, with their status. */
function describedCodes({ method, path }: Route, sent: string): Set<string> {
  const item = (committed.paths as Record<string, Record<string, { responses: Responses }>>)[
    path.replace("+}", "}")
  ];
  const { responses = {} } = item?.[(method === "ANY" ? sent : method).toLowerCase()] ?? {};
  return new Set(
    Object.entries(responses).flatMap(([status, { content = {} }]) =>
      Object.values(content).flatMap(({ examples = {} }) =>
        Object.keys(examples).map((code) => `${status} ${code}`),
      ),
    ),
  );
}

describe.each(answering.map((route) => ({ name: nameOf(route), route })))("$name", ({ name, route }) => {
  test("answers in exactly the described fields", async () => {
    const put = { apiKey: canaryKey(), label: "mine", order: 2, expiresAt: "2999-01-01T00:00:00Z" };
    await person.request("PUT", "/v1/provider-keys/openai", put);
    await (await person.chat()).arrayBuffer();
    await system.streamsSettled();
    const { method, path, body } = goodCall(route);
    const response = await person.request(
      method,
      path,
      body === undefined ? undefined : JSON.parse(String(body)),
    );
    const { answer } = operations[name]!;
    expect(response.status).toBe(answer ? 200 : 204);
    const text = await response.text();
    if (!answer) return expect(text).toBe("");
    expect(z.safeParse(answer, JSON.parse(text))).toEqual({
      success: true,
      data: JSON.parse(text) as unknown,
    });
  });
});

describe.each(routes.filter(({ isPublic }) => !isPublic).map((route) => ({ name: nameOf(route), route })))(
  "$name",
  ({ route }) => {
    const spoilt: readonly [
      what: string,
      change: { body?: string; type?: string; token?: string; path?: string },
    ][] = [
      ["no token", { token: "" }],
      ["an unknown provider", { path: goodCall(route).path.replace("openai", "none") }],
      ["a name that is none", { path: goodCall(route).path.replace("default", "N_O") }],
      ["what is not there", { path: goodCall(route).path.replace("openai", "mistral") }],
      ["malformed JSON", { body: "{" }],
      ["another form", { body: "[]" }],
      ["no JSON", { type: "text/plain", body: "x" }],
      ["too much", { body: JSON.stringify({ apiKey: "x".repeat(20_000) }) }],
      ["a key of no format", { body: '{"provider":"openai","apiKey":"none"}' }],
      [
        "a refused key",
        { body: JSON.stringify({ provider: "openai", apiKey: canaryKey("openai", "rejected") }) },
      ],
      ["another query", { path: `${goodCall(route).path}?limit=0` }],
    ];

    test("says what is wrong by codes, statuses and documents that are described", async () => {
      const described = describedCodes(route, goodCall(route).method);
      for (const [what, { path, token = person.token, type = "application/json", body }] of spoilt) {
        const { method, ...good } = goodCall(route);
        const response = await fetch(system.api + (path ?? good.path), {
          method,
          headers: { ...(token && { authorization: `Bearer ${token}` }), "content-type": type },
          ...(method !== "GET" && { body: body ?? String(good.body ?? "") }),
        });
        const text = await response.text();
        if (response.ok || text === "") continue;
        const document = JSON.parse(text) as { code?: string };
        const code = response.headers.get("waxseal-error-code") ?? document.code ?? "";
        expect([what, described.has(`${response.status} ${code}`), code]).toEqual([what, true, code]);
        const schema =
          route.errors === "legacy" ? legacyError : route.streams ? proxyProblem : problemDocument;
        expect([what, schema.safeParse(document).success]).toEqual([what, true]);
      }
    });
  },
);

test("DELETE /provider-keys at its function URL answers in exactly the described fields", async () => {
  const request = {
    method: "DELETE",
    url: new URL(`${system.deleteOwner}/provider-keys`),
    headers: new Headers({ "waxseal-user-id": "bob" }),
    body: undefined,
  };
  const credentials = { accessKeyId: system.accessKeyIdOfRole(localBackEndRole), secretAccessKey: "local" };
  const answer = await (await signedFetch(request, { credentials })).json();
  const parsed = z.safeParse(actingOperations["DELETE /provider-keys"]!.answer!, answer);
  expect(parsed).toEqual({ success: true, data: { removed: 0 } });
});

describe("GET /v1/openapi.json", () => {
  const path = "/v1/openapi.json";

  test("is the committed description, for whoever asks, whatever else they send", async () => {
    for (const headers of [
      {},
      { authorization: "Bearer x.y.z" },
      { cookie: "sb-x-auth-token=x" },
      { origin: "https://evil.example" },
    ]) {
      const response = await fetch(system.api + path, { headers: headers as Record<string, string> });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(committed);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
    }
  });

  test("is read only, and no larger a request than any other's", async () => {
    for (const method of ["POST", "PUT", "DELETE"])
      expect((await fetch(system.api + path, { method })).status).toBe(404);
    const body = Buffer.alloc(7 * 1024 * 1024, "x");
    expect((await rawRequest(system.api, { method: "GET", target: path, body })).status).toBe(413);
  });
});
