import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessKeyIdOf, callersOf } from "../../../local/aws/caller.ts";
import { handleUrlRequest, type InvokeFunction } from "../../../local/function-url/serve.ts";
import { closeServer, listen } from "../../../local/http/server.ts";
import { localAccountId, type FunctionResource, type Statement } from "../../../local/stack.ts";
import { allow, emptyStack, functionWithRole, roleArnOf } from "../../contract/stack.ts";

const { fn: target } = functionWithRole("acting-proxy", []);
const [backEnd, stranger] = [roleArnOf("chat-backend"), roleArnOf("stranger")];
const abroad = "arn:aws:iam::444455556666:role/path/partner";
const both = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"];
const conditions: Readonly<Record<string, Statement["conditions"]>> = {
  "lambda:InvokeFunctionUrl": { StringEquals: { "lambda:FunctionUrlAuthType": ["AWS_IAM"] } },
  "lambda:InvokeFunction": { Bool: { "lambda:InvokedViaFunctionUrl": ["true"] } },
};
const granted = (principal: string, actions: readonly string[]): Statement[] =>
  actions.map((action) => ({
    ...allow([action], [target.arn], conditions[action]),
    principals: [principal],
  }));

const insiders = [
  functionWithRole("insider", [allow(both, [target.arn])]),
  functionWithRole("half", [allow(["lambda:InvokeFunctionUrl"], ["*"])]),
];
const callers = callersOf(
  { ...emptyStack, roles: insiders.map(({ role }) => role), functions: insiders.map(({ fn }) => fn) },
  [backEnd, stranger, abroad],
);

let policy: readonly Statement[] = [];
let invoke: InvokeFunction = () => Promise.reject(new Error("not set"));
let events: unknown[] = [];
let url = "";
const server = createServer((request, response) => {
  const fn: FunctionResource = { ...target, url: { invokeMode: "RESPONSE_STREAM", policy } };
  void handleUrlRequest(request, response, fn, callers, (event) => {
    events.push(event);
    return invoke(event);
  });
});
beforeAll(async () => {
  url = await listen(server, 0);
});
afterAll(() => closeServer(server));

/** The header that a signer writes; only whose it is and for what is looked at here. */
const signature = (accessKeyId: string, service = "lambda") =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;

function answering(value: unknown): void {
  events = [];
  invoke = () => Promise.resolve({ streamed: false, value });
}

function send(authorization: string | undefined, path = "/", init: RequestInit = {}): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string>), ...(authorization && { authorization }) };
  return fetch(url + path, { ...init, headers });
}

describe("who may call a function URL", () => {
  test.each<[string, string, Statement[], number]>([
    ["a role that the function's policy names for both actions", backEnd, granted(backEnd, both), 200],
    ["one that it names for the URL only", backEnd, granted(backEnd, both.slice(0, 1)), 403],
    ["one that it names for the invocation only", backEnd, granted(backEnd, both.slice(1)), 403],
    ["one that it does not name", stranger, granted(backEnd, both), 403],
    ["a role of another account that it names", abroad, granted(abroad, both), 200],
    ["a role of another account that it does not", abroad, granted(backEnd, both), 403],
    ["a role whose own policies allow both", roleArnOf("insider"), [], 200],
    ["a role whose own policies allow one", roleArnOf("half"), [], 403],
    [
      "one action by its own and one by the function's",
      roleArnOf("half"),
      granted(roleArnOf("half"), both.slice(1)),
      200,
    ],
  ])("%s", async (_who, role, statements, status) => {
    policy = statements;
    answering({ statusCode: 200 });
    expect((await send(signature(accessKeyIdOf(role)))).status).toBe(status);
    expect(events).toHaveLength(status === 200 ? 1 : 0);
  });

  test("an administrator, whose own policies allow everything: whether they may act the function decides", async () => {
    answering({ statusCode: 200 });
    expect((await send(signature("AKIAADMINISTRATOR"))).status).toBe(200);
    const iam = { userArn: `arn:aws:iam::${localAccountId}:user/administrator` };
    expect(events).toMatchObject([{ requestContext: { authorizer: { iam } } }]);
  });

  test.each<[string, string | undefined]>([
    ["without a signature", undefined],
    ["with a token", "Bearer token"],
    ["signed for another service", signature("AKIAADMINISTRATOR", "execute-api")],
    ["with a scope and no algorithm", signature("AKIAADMINISTRATOR").replace("AWS4-HMAC-SHA256", "Basic")],
  ])("nobody %s, and Lambda's answer says no more than that", async (_how, authorization) => {
    answering({ statusCode: 200 });
    const response = await send(authorization);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ Message: expect.stringMatching(/^Forbidden\./) as string });
    expect(events).toEqual([]);
  });
});

describe("the event", () => {
  const event = async (path: string, init: RequestInit = {}, role = backEnd) => {
    policy = granted(role, both);
    answering({ statusCode: 200 });
    await send(signature(accessKeyIdOf(role)), path, init);
    return events[0] as Record<string, unknown> & { requestContext: Record<string, unknown> };
  };

  test("has the members of the documentation's sample", async () => {
    const whole = await event("/a?b=c", { method: "POST", body: "text", headers: { cookie: "a=1; b=2" } });
    expect(Object.keys(whole).toSorted()).toEqual([
      ...["body", "cookies", "headers", "isBase64Encoded", "pathParameters", "queryStringParameters"],
      ...["rawPath", "rawQueryString", "requestContext", "routeKey", "stageVariables", "version"],
    ]);
    expect(Object.keys(whole.requestContext).toSorted()).toEqual([
      ...["accountId", "apiId", "authentication", "authorizer", "domainName", "domainPrefix", "http"],
      ...["requestId", "routeKey", "stage", "time", "timeEpoch"],
    ]);
    expect(whole.requestContext["time"]).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  test("has path and query as they were sent, repeated parameters with commas, cookies apart", async () => {
    const headers = { "X-Some": "one", cookie: "a=1; b=2" };
    expect(await event("/proxy/openai/y%2Fz?a=1&b=%20&a=2", { headers })).toMatchObject({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/proxy/openai/y%2Fz",
      rawQueryString: "a=1&b=%20&a=2",
      queryStringParameters: { a: "1,2", b: " " },
      cookies: ["a=1", "b=2"],
      headers: { "x-some": "one" },
      isBase64Encoded: false,
      requestContext: { http: { method: "GET", path: "/proxy/openai/y%2Fz", protocol: "HTTP/1.1" } },
    });
  });

  test("says which role's session it is, of whose account", async () => {
    const { requestContext } = await event("/", {}, abroad);
    const id = expect.stringMatching(/^AROA[A-Z2-7]{16}:local$/) as string;
    expect(requestContext["authorizer"]).toEqual({
      iam: {
        accessKey: accessKeyIdOf(abroad),
        accountId: "444455556666",
        callerId: id,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: "arn:aws:sts::444455556666:assumed-role/partner/local",
        userId: id,
      },
    });
  });

  test.each([
    ["application/json; charset=utf-8", false],
    ["text/csv", false],
    ["application/xml", false],
    ["application/octet-stream", true],
    ["multipart/form-data; boundary=x", true],
    ["application/x-www-form-urlencoded", true],
    ["application/vnd.api+json", true],
  ])("has a body of %s in base64: %s", async (type, isBase64Encoded) => {
    const whole = await event("/", { method: "POST", body: "bytes", headers: { "content-type": type } });
    const body = isBase64Encoded ? Buffer.from("bytes").toString("base64") : "bytes";
    expect(whole).toMatchObject({ body, isBase64Encoded });
  });

  test("is no larger than Lambda takes", async () => {
    const large = {
      method: "POST",
      body: Buffer.alloc(5 * 1024 * 1024),
      headers: { "content-type": "image/png" },
    };
    expect(await event("/", large)).toBeUndefined();
    expect((await send(signature(accessKeyIdOf(backEnd)), "/", large)).status).toBe(413);
  });
});

describe("the answer", () => {
  const administrator = signature("AKIAADMINISTRATOR");

  test("goes out with status, headers, cookies and a body that may be in base64", async () => {
    const body = Buffer.from("é").toString("base64");
    answering({
      statusCode: 201,
      headers: { "x-a": "1" },
      cookies: ["a=1", "b=2"],
      body,
      isBase64Encoded: true,
    });
    const response = await send(administrator);
    expect(response.status).toBe(201);
    expect(response.headers.get("x-a")).toBe("1");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("é");
  });

  test("is a 502 that says nothing of why, where the function failed or its answer is malformed", async () => {
    answering({ body: "no status" });
    const malformed = await send(administrator);
    invoke = () => Promise.reject(new Error("an inner reason"));
    const failed = await send(administrator);
    for (const response of [malformed, failed]) {
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual({ Message: "Internal Server Error" });
    }
  });
});
