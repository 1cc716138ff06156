import type { Context } from "aws-lambda";
import middy from "@middy/core";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ApiEvent } from "../../../lambdas/http/event.ts";
import { json } from "../../../lambdas/http/answer.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "../../../lambdas/http/middleware.ts";
import { sdkHeader } from "../../../lambdas/http/proxy-event.ts";
import { WaxsealError } from "../../../lib/errors.ts";
import { apiEvent } from "./api-event.ts";

/** The composition root, in memory: a token is good if it begins with `good`; and what was counted. */
const root = vi.hoisted(() => ({
  taken: [] as string[],
  errors: [] as unknown[],
  refusals: [] as { error: { code: string }; who: object; isUse: boolean }[],
  takeLimit: async (): Promise<void> => undefined,
  allowedOrigins: ["https://app.example"],
}));
vi.mock("../../../lib/compose.ts", () => ({
  settings: () => ({ sessionCookie: "sb-*-auth-token", allowedOrigins: root.allowedOrigins }),
  providers: () => [
    { id: "openai", authorization: { name: "authorization", scheme: "Bearer" } },
    { id: "anthropic", authorization: { name: "x-api-key" } },
    { id: "google", authorization: { name: "x-goog-api-key" } },
    { id: "azure-openai", authorization: { name: "api-key" } },
  ],
  verifyToken: () => async (token: string) => {
    if (token === "down") throw new WaxsealError("ISSUER_UNAVAILABLE");
    if (!token.startsWith("good")) throw new WaxsealError("AUTHENTICATION_REQUIRED");
    return { ownerId: token, actor: token };
  },
  noteRefusal: () => (refusal: (typeof root.refusals)[number]) => {
    root.refusals.push(refusal);
    return Promise.resolve();
  },
  takeLimit: () => async (name: string, subject: string) => {
    root.taken.push(`${name} ${subject}`);
    await root.takeLimit();
  },
}));

vi.mock("../../../lib/log/logger.ts", () => ({
  createLogger: () => ({
    info: () => undefined,
    error: (_message: string, fields: { code?: string }) => root.errors.push(fields.code),
  }),
}));

beforeEach(() => {
  root.taken = [];
  root.errors = [];
  root.refusals = [];
  root.takeLimit = async () => undefined;
});

const handler = middy<AuthenticatedEvent, ReturnType<typeof json>>()
  .use(answerErrors())
  .use(authenticate(sdkHeader))
  .handler((event) => Promise.resolve(json(200, { for: event.who.ownerId })));

async function answerTo(event: ApiEvent) {
  const context = { functionName: "f", awsRequestId: "r" } as Context;
  const { statusCode, headers, body } = await handler(event as AuthenticatedEvent, context);
  return { statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
}

const cookie = (token: string) => `sb-ref-auth-token={"access_token":"${token}"}`;
const post: Partial<ApiEvent> = { httpMethod: "POST" };
const proxied = (provider: string) => ({ httpMethod: "POST", pathParameters: { provider, path: "v1/x" } });

describe("a request", () => {
  test.each([
    ["a bearer token", apiEvent({ Authorization: "Bearer good" }, post)],
    ["a lower-case scheme", apiEvent({ authorization: "bearer good" }, post)],
    [
      "a cookie, from an allowed page",
      apiEvent({ cookie: cookie("good"), origin: "https://app.example" }, post),
    ],
    ["a cookie, to read", apiEvent({ cookie: cookie("good") })],
    ["a token where Anthropic's SDK sends it", apiEvent({ "x-api-key": "good" }, proxied("anthropic"))],
    ["a bearer token to Anthropic", apiEvent({ authorization: "Bearer good" }, proxied("anthropic"))],
    ["a token where Google's SDK sends it", apiEvent({ "x-goog-api-key": "good" }, proxied("google"))],
    ["a token where Azure's SDK sends it", apiEvent({ "api-key": "good" }, proxied("azure-openai@work"))],
    [
      "a bearer token of any page, whatever the origin",
      apiEvent({ authorization: "Bearer good", origin: "https://x.example" }, post),
    ],
    [
      "a bearer token beside a bad cookie",
      apiEvent({ authorization: "Bearer good", cookie: cookie("bad") }, post),
    ],
  ])("with %s is let in", async (_what, event) => {
    expect((await answerTo(event)).body).toEqual({ for: "good" });
    expect(root.taken).toEqual([]);
  });

  const goodCookie = { cookie: cookie("good"), origin: "https://app.example" };
  test.each([
    ["nothing", apiEvent()],
    ["a bad token", apiEvent({ authorization: "Bearer bad" })],
    ["a bad token and a good cookie", apiEvent({ ...goodCookie, authorization: "Bearer bad" }, post)],
    ["an empty header and a good cookie", apiEvent({ ...goodCookie, authorization: "" }, post)],
    ["another scheme and a good cookie", apiEvent({ ...goodCookie, authorization: "Basic good" }, post)],
    [
      "a bad SDK's header and a good cookie",
      apiEvent({ ...goodCookie, "x-api-key": "bad" }, proxied("anthropic")),
    ],
    ["a bad cookie", apiEvent({ cookie: cookie("bad") })],
    ["two good tokens", apiEvent({ authorization: ["Bearer good", "Bearer good"] })],
    [
      "one in each of two headers",
      apiEvent({ authorization: "Bearer good", "x-api-key": "good" }, proxied("anthropic")),
    ],
    ["the header of another provider's SDK", apiEvent({ "x-api-key": "good" }, proxied("openai"))],
    ["an SDK's header on another route", apiEvent({ "x-api-key": "good" })],
  ])("with %s is not authenticated, and that is counted", async (_what, event) => {
    const { statusCode, body } = await answerTo(event);
    expect([statusCode, body["code"]]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
    expect(root.taken).toEqual(["failedAuthentication 192.0.2.1"]);
  });

  test("with a good cookie, from another page, is refused, which is no failed authentication", async () => {
    for (const headers of [{}, { origin: "https://evil.example" }, { origin: "null" }]) {
      const { statusCode, body } = await answerTo(apiEvent({ cookie: cookie("good"), ...headers }, post));
      expect([statusCode, body["code"]]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    }
    expect(root.taken).toEqual([]);
  });

  test("is told when the issuer does not answer, which is no failed authentication", async () => {
    const { statusCode, body } = await answerTo(apiEvent({ authorization: "Bearer down" }));
    expect([statusCode, body["code"]]).toEqual([503, "ISSUER_UNAVAILABLE"]);
    expect(root.taken).toEqual([]);
  });
});

describe("failed authentication", () => {
  const legacy = { resource: "/api/user/api-key-status" };

  test("above its limit is a 429 that says when; a good token is not affected", async () => {
    root.takeLimit = () => Promise.reject(new WaxsealError("RATE_LIMITED", { retryAfterSeconds: 17 }));
    const failed = await answerTo(apiEvent({}, legacy));
    expect([failed.statusCode, failed.body]).toEqual([429, { error: "Too many requests" }]);
    expect(failed.headers).toMatchObject({ "retry-after": "17" });
    expect((await answerTo(apiEvent())).body).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    expect((await answerTo(apiEvent({ authorization: "Bearer good" }, legacy))).statusCode).toBe(200);
  });

  test.each(["STORE_UNAVAILABLE", "ACCESS_DENIED_BY_AWS", "INVALID_SETTINGS"] as const)(
    "that cannot be counted (%s) stands by itself",
    async (code) => {
      root.takeLimit = () => Promise.reject(new WaxsealError(code));
      const { statusCode, body } = await answerTo(apiEvent({}, legacy));
      expect([statusCode, body]).toEqual([401, { error: "Authentication required" }]);
      expect(root.errors).toEqual(["LIMITS_UNAVAILABLE"]);
    },
  );

  test("of an event that names no source stands too", async () => {
    const { statusCode } = await answerTo(apiEvent({}, { requestContext: undefined as never }));
    expect(statusCode).toBe(401);
  });
});

describe("CORS", () => {
  const origin = "https://app.example";

  test("is on a success and on an error", async () => {
    const success = await answerTo(apiEvent({ origin, authorization: "Bearer good" }));
    const error = await answerTo(apiEvent({ origin }));
    expect([success.statusCode, error.statusCode]).toEqual([200, 401]);
    for (const { headers } of [success, error]) {
      expect(headers).toMatchObject({ vary: "origin", "access-control-allow-origin": origin });
      expect(headers).not.toHaveProperty("access-control-allow-credentials");
    }
  });

  test("names no origin that is not allowed", async () => {
    const { headers } = await answerTo(apiEvent({ origin: "https://evil.example" }));
    expect(headers).toMatchObject({ vary: "origin" });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2::6", "2001:db8:1:2"],
  ["2001:db8::6", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
])("a failure from %s counts for %s", async (sourceIp, network) => {
  await answerTo(apiEvent({ authorization: "Bearer bad" }, { requestContext: { identity: { sourceIp } } }));
  expect(root.taken).toEqual([`failedAuthentication ${network}`]);
});

describe("what is refused", () => {
  test("is handed on to the audit: by whom, once that is known, and whether a provider key was to be used", async () => {
    await answerTo(apiEvent({}, post));
    root.takeLimit = () => Promise.reject(new WaxsealError("RATE_LIMITED"));
    await answerTo(apiEvent({ authorization: "Bearer bad" }, post));
    const refusing = middy<AuthenticatedEvent, ReturnType<typeof json>>()
      .use(answerErrors())
      .use(authenticate(sdkHeader))
      .handler(() => Promise.reject(new WaxsealError("PROVIDER_KEY_DISABLED")));
    const event = apiEvent({ authorization: "Bearer good" }, proxied("openai"));
    const toProxy = { ...event, resource: "/proxy/{provider}/{path+}" } as AuthenticatedEvent;
    await refusing(toProxy, { functionName: "f", awsRequestId: "r" } as Context);
    const seen = root.refusals.map(({ error, who, isUse }) => [error.code, who, isUse]);
    const unknown = { caller: "f", requestId: "r" };
    expect(seen).toEqual([
      ["AUTHENTICATION_REQUIRED", unknown, false],
      ["RATE_LIMITED", unknown, false],
      ["PROVIDER_KEY_DISABLED", { ...unknown, ownerId: "good", actor: "good" }, true],
    ]);
  });
});
