import type { LambdaFunctionURLEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { routeOf } from "../../../lambdas/http/event.ts";
import { callerArnOf, fromFunctionUrl, userIdOf } from "../../../lambdas/http/function-url-event.ts";
import { addressee, callerHeaders, proxyRequest, requestBody } from "../../../lambdas/http/proxy-event.ts";

const arn = "arn:aws:sts::111122223333:assumed-role/chat-backend/session";

/** As the Lambda Developer Guide has it ("Invoking Lambda function URLs"). */
function urlEvent(changes: Partial<LambdaFunctionURLEvent> = {}, method = "POST"): LambdaFunctionURLEvent {
  const rawPath = changes.rawPath ?? "/proxy/openai/v1/chat/completions";
  const requestContext = {
    accountId: "111122223333",
    authorizer: { iam: { userArn: arn } },
    http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.7", userAgent: "x" },
  };
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: "",
    headers: { "waxseal-user-id": "ada", "content-type": "application/json" },
    requestContext: requestContext as never,
    body: '{"model":"x"}',
    isBase64Encoded: false,
    ...changes,
  };
}

describe("a function URL's event, in the gateway's form", () => {
  test("is a proxied call", () => {
    const event = fromFunctionUrl(urlEvent({ rawPath: "/proxy/openai@work/v1/chat/completions" }));
    expect(addressee(event)).toEqual({ providerId: "openai", name: "work" });
    expect(proxyRequest(event)).toEqual({ method: "POST", path: "/v1/chat/completions", query: {} });
    expect(Buffer.from(requestBody(event)!).toString()).toBe('{"model":"x"}');
    expect(callerHeaders(event).get("content-type")).toBe("application/json");
    expect(routeOf(event)).toMatchObject({ errors: "problem", streams: true });
    expect(event.requestContext.identity.sourceIp).toBe("192.0.2.7");
  });

  test("is the removal of an owner's provider keys", () => {
    const event = fromFunctionUrl(urlEvent({ rawPath: "/provider-keys" }, "DELETE"));
    expect(routeOf(event).function).toBe("delete-owner");
  });

  test.each([
    ["GET", "/provider-keys"],
    ["DELETE", "/provider-keys/"],
    ["DELETE", "/provider-keys/openai"],
    ["DELETE", "/"],
    ["DELETE", "/v1/provider-keys"],
    ["GET", "/proxy/openai"],
    ["GET", "/proxy//v1/models"],
    ["GET", "x/proxy/openai/v1/models"],
  ])("has no route for %s %s", (method, rawPath) => {
    const event = fromFunctionUrl(urlEvent({ rawPath }, method));
    expect(event.pathParameters).toBeNull();
    expect(routeOf(event).path).toBe("");
  });

  test.each(["/v1/%2e%2e/files", "/v1%2Ffiles", "/v1/%252e", "/v1/\n/x", "//evil.example"])(
    "leaves the path as it came: %j",
    (path) => {
      expect(proxyRequest(fromFunctionUrl(urlEvent({ rawPath: `/proxy/openai${path}` }))).path).toBe(path);
    },
  );

  test("has each value of a repeated query parameter, decoded once", () => {
    const event = fromFunctionUrl(
      urlEvent({ rawQueryString: "include[]=a%2Cb&include%5B%5D=c&limit=%2535" }),
    );
    expect(proxyRequest(event).query).toEqual({ "include[]": ["a,b", "c"], limit: ["%35"] });
  });

  test("has a file's bytes", () => {
    const body = Buffer.from([0, 255, 10]).toString("base64");
    expect([...requestBody(fromFunctionUrl(urlEvent({ body, isBase64Encoded: true })))!]).toEqual([
      0, 255, 10,
    ]);
  });

  test("has no body if there was none", () => {
    const { body: _body, ...rest } = urlEvent();
    expect(requestBody(fromFunctionUrl(rest as LambdaFunctionURLEvent))).toBeUndefined();
  });
});

describe("who calls", () => {
  test("is as Lambda says", () => {
    expect(callerArnOf(urlEvent())).toBe(arn);
  });

  test.each([
    undefined,
    null,
    {},
    { iam: null },
    { iam: {} },
    { iam: { userArn: 1 } },
    { jwt: { userArn: arn } },
  ])("is nobody for the authorizer %j", (authorizer) => {
    const { requestContext } = urlEvent();
    const event = urlEvent({ requestContext: { ...requestContext, authorizer } as never });
    expect(callerArnOf(event)).toBeUndefined();
  });

  test("is not what a header says", () => {
    const { authorizer: _authorizer, ...requestContext } = urlEvent().requestContext as never as {
      authorizer: 1;
    };
    const event = urlEvent({
      headers: { authorization: arn, "x-amz-user-arn": arn },
      requestContext: requestContext as never,
    });
    expect(callerArnOf(event)).toBeUndefined();
  });
});

describe("the user that is acted for", () => {
  const named = (headers: Record<string, string>) => () => userIdOf(urlEvent({ headers }));

  test.each(["ada", "8b1f3c5e-0000-4000-8000-000000000000", "auth0|123", "a b", "%41", "x", "u".repeat(512)])(
    "is named: %s",
    (userId) => {
      expect(named({ "waxseal-user-id": userId })()).toBe(userId);
      expect(named({ "Waxseal-User-Id": userId })()).toBe(userId);
    },
  );

  test.each([
    ["missing", {}],
    ["empty", { "waxseal-user-id": "" }],
    ["white space", { "waxseal-user-id": " " }],
    ["between spaces", { "waxseal-user-id": " ada " }],
    ["513 characters long", { "waxseal-user-id": "u".repeat(513) }],
    ["a line end", { "waxseal-user-id": "ada\n" }],
    ["a NUL", { "waxseal-user-id": "ada\0" }],
    ["of an encoding that is not said", { "waxseal-user-id": "adé" }],
    ["a lone surrogate", { "waxseal-user-id": "ada\ud800" }],
    ["named twice", { "waxseal-user-id": "ada", "Waxseal-User-Id": "eve" }],
  ])("being %s is refused", (_what, headers) => {
    expect(named(headers as Record<string, string>)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }) as Error,
    );
  });
});
