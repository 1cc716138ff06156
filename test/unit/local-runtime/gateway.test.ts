import { createServer, request, type IncomingHttpHeaders } from "node:http";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gatewayProblems } from "../../../lib/routes.ts";
import { handleApiRequest, type Invoke } from "../../../local/gateway/gateway.ts";
import { matchRoute } from "../../../local/gateway/match.ts";
import { requestTarget } from "../../../local/http/request-target.ts";
import { closeServer, listen } from "../../../local/http/server.ts";
import type { GatewayResource } from "../../../local/stack.ts";

const ok = { statusCode: 200, headers: { "content-type": "application/json" }, body: "{}" };
let invoked: { name: string; event: unknown }[] = [];
let invoke: Invoke;
let origin = "";
const gateway: GatewayResource = {
  preflights: {
    "/v1/provider-keys/{provider}": {
      status: 204,
      headers: { "access-control-allow-origin": "https://app.test", vary: "Origin" },
      origins: ["https://other.test"],
    },
  },
  answerHeaders: {
    MISSING_AUTHENTICATION_TOKEN: { "access-control-allow-origin": "'*'" },
    REQUEST_TOO_LARGE: { "access-control-allow-origin": "method.request.header.Origin" },
  },
};
const server = createServer((incoming, response) => {
  const noted: Invoke = (name, event) => {
    invoked.push({ name, event });
    return invoke(name, event);
  };
  void handleApiRequest(incoming, response, requestTarget(incoming.url), noted, gateway);
});

beforeAll(async () => {
  origin = await listen(server, 0);
});
afterAll(() => closeServer(server));

function answering(value: unknown): void {
  invoked = [];
  invoke = () => Promise.resolve({ streamed: false, value });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The path as it is given: `fetch` would resolve dot segments, and sends headers of its own. */
function send(method: string, path: string, headers: string[] = [], body?: Buffer | string): Promise<Answer> {
  const host = ["Host", origin.slice("http://".length)];
  const length = body === undefined ? [] : ["Content-Length", String(Buffer.byteLength(body))];
  return new Promise((resolve, reject) => {
    const port = Number(new URL(origin).port);
    const options = { host: "127.0.0.1", port, method, path, headers: [...host, ...length, ...headers] };
    const sent = request(options, (response) => {
      void response.toArray().then((chunks) => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      }, reject);
    });
    sent.on("error", reject).end(body);
  });
}

function expectProblem(answer: Answer, type: keyof typeof gatewayProblems): void {
  const { status, code, title } = gatewayProblems[type];
  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  expect(JSON.parse(answer.body)).toEqual({ type: "about:blank", title, status, code });
}

describe("the event that a function gets", () => {
  /**
   * API Gateway Developer Guide, "Input format of a Lambda function for proxy integration": the names of
   * its sample, without what CloudFront adds.
   */
  const documented = [
    "body",
    "headers",
    "httpMethod",
    "isBase64Encoded",
    "multiValueHeaders",
    "multiValueQueryStringParameters",
    "path",
    "pathParameters",
    "queryStringParameters",
    "requestContext",
    "resource",
    "stageVariables",
  ];
  const documentedContext = [
    "accountId",
    "apiId",
    "httpMethod",
    "identity",
    "requestId",
    "resourcePath",
    "stage",
  ];

  test("has the documented members", async () => {
    answering(ok);
    await send("GET", "/v1/provider-keys");
    const [{ event } = { event: {} }] = invoked as { event: { requestContext?: object } }[];
    expect(Object.keys(event).toSorted()).toEqual(documented);
    expect(Object.keys(event.requestContext ?? {})).toEqual(expect.arrayContaining(documentedContext));
  });

  test("says of a proxied call what the documentation's sample says of its", async () => {
    answering(ok);
    const headers = ["headerName", "one", "headerName", "two", "Content-Type", "application/json"];
    const body = '{\r\n\t"a": 1\r\n}';
    const path = "/proxy/openai/v1/chat%20x/completions?name=me&multivalueName=you&multivalueName=me";
    await send("POST", path, headers, body);
    expect(invoked).toHaveLength(1);
    expect(invoked[0]).toMatchObject({
      name: "provider-proxy",
      event: {
        resource: "/proxy/{provider}/{path+}",
        path: "/proxy/openai/v1/chat%20x/completions",
        httpMethod: "POST",
        headers: { headerName: "two", "Content-Type": "application/json" },
        multiValueHeaders: { headerName: ["one", "two"], "Content-Type": ["application/json"] },
        queryStringParameters: { name: "me", multivalueName: "me" },
        multiValueQueryStringParameters: { name: ["me"], multivalueName: ["you", "me"] },
        pathParameters: { provider: "openai", path: "v1/chat x/completions" },
        stageVariables: null,
        requestContext: {
          accountId: "111122223333",
          resourcePath: "/proxy/{provider}/{path+}",
          httpMethod: "POST",
          stage: "local",
          identity: { sourceIp: "127.0.0.1" },
        },
        body,
        isBase64Encoded: false,
      },
    });
  });

  test("has null where there is no query, no parameter and no body", async () => {
    answering(ok);
    await send("GET", "/v1/provider-keys");
    expect(invoked[0]?.event).toMatchObject({
      body: null,
      pathParameters: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
    });
  });

  test.each(["multipart/form-data; boundary=x", "application/octet-stream"])(
    "has a body of a binary media type in base64 (%s)",
    async (type) => {
      answering(ok);
      const bytes = Buffer.from([0, 255, 128, 10]);
      await send("POST", "/proxy/openai/v1/audio/transcriptions", ["Content-Type", type], bytes);
      expect(invoked[0]?.event).toMatchObject({ body: bytes.toString("base64"), isBase64Encoded: true });
    },
  );

  test("keeps dot segments and empty ones of a path, which a function must judge itself", async () => {
    answering(ok);
    await send("GET", "/proxy/openai/v1/../../x//y");
    expect(invoked[0]?.event).toMatchObject({ pathParameters: { path: "v1/../../x//y" } });
  });

  test("has a path parameter decoded once only", async () => {
    answering(ok);
    await send("PUT", "/v1/provider-keys/open%2525ai");
    expect(invoked[0]?.event).toMatchObject({ pathParameters: { provider: "open%25ai" } });
  });
});

describe("the gateway itself refuses", () => {
  test.each([
    ["GET", "/"],
    ["GET", "/nowhere"],
    ["GET", "/v1/provider-keys/"],
    ["GET", "/v1/provider-keys/openai/work/more"],
    ["POST", "/v1/provider-keys/openai"],
    ["OPTIONS", "/v1/provider-keys"],
    // The resource is chosen before the method, and `verify` is more specific than `{name}`.
    ["PUT", "/v1/provider-keys/openai/verify"],
    ["DELETE", "/v1/provider-keys/openai/verify"],
    ["POST", "/proxy/openai"],
    ["POST", "/proxy/openai/"],
  ])("%s %s, which is no route", async (method, path) => {
    answering(ok);
    expectProblem(await send(method, path), "MISSING_AUTHENTICATION_TOKEN");
    expect(invoked).toEqual([]);
  });

  test.each([
    "/v1/provider-keys/%",
    "/v1/provider-keys/%zz",
    "/v1/provider-keys/%ff",
    "/v1/provider-keys?a=%",
  ])("malformed percent-encoding: %s", async (path) => {
    answering(ok);
    expectProblem(await send("GET", path), "DEFAULT_4XX");
    expect(invoked).toEqual([]);
  });

  test("headers of more than 10,240 bytes, and none of just under", async () => {
    answering(ok);
    expectProblem(await send("GET", "/v1/provider-keys", ["x-long", "a".repeat(10_300)]), "DEFAULT_4XX");
    expect(invoked).toEqual([]);
    expect((await send("GET", "/v1/provider-keys", ["x-long", "a".repeat(10_000)])).status).toBe(200);
  });

  test("a request of more than 10 MB", async () => {
    answering(ok);
    const body = Buffer.alloc(10 * 1024 * 1024 + 1, "a");
    expectProblem(await send("POST", "/proxy/openai/v1/embeddings", [], body), "REQUEST_TOO_LARGE");
    expect(invoked).toEqual([]);
  });

  test("what would be an event of more than Lambda's 6 MB", async () => {
    answering(ok);
    const quotes = Buffer.alloc(3.5 * 1024 * 1024, '"');
    expectProblem(await send("POST", "/proxy/openai/v1/embeddings", [], quotes), "REQUEST_TOO_LARGE");
    expect(invoked).toEqual([]);
  });
});

describe("which resource a path is of", () => {
  test.each([
    ["POST", "/v1/provider-keys/openai/verify", "/v1/provider-keys/{provider}/verify"],
    ["PUT", "/v1/provider-keys/openai/work", "/v1/provider-keys/{provider}/{name}"],
    ["POST", "/v1/provider-keys/openai/verify/verify", "/v1/provider-keys/{provider}/{name}/verify"],
    ["OPTIONS", "/proxy/openai/v1/models", "/proxy/{provider}/{path+}"],
  ])("%s %s", async (method, path, resource) => {
    answering(ok);
    await send(method, path);
    expect(invoked[0]?.event).toMatchObject({ resource, httpMethod: method });
  });

  test("the literal segment before the parameter, in whatever order the routes stand", () => {
    const route = { method: "GET", function: "list", errors: "problem" } as const;
    const paths = ["/{rest+}", "/{one}/b", "/a/{two}", "/a/b"];
    for (const order of [paths, paths.toReversed()]) {
      const of = (path: string) =>
        matchRoute(
          order.map((one) => ({ ...route, path: one })),
          "GET",
          path,
        )?.resource;
      expect(["/a/b", "/a/c", "/c/b", "/c/c"].map(of)).toEqual(["/a/b", "/a/{two}", "/{one}/b", "/{rest+}"]);
    }
  });
});

describe("across origins, as the template says", () => {
  test.each([
    ["https://app.test", "https://app.test"],
    ["https://other.test", "https://other.test"],
    ["https://evil.test", "https://app.test"],
  ])("a preflight of %s is answered for %s, before any function", async (asking, allowed) => {
    answering(ok);
    const answer = await send("OPTIONS", "/v1/provider-keys/openai", ["Origin", asking]);
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({ "access-control-allow-origin": allowed, vary: "Origin" });
    expect(invoked).toEqual([]);
  });

  test("the gateway's own answers have the headers of their type: a constant, or one of the request's", async () => {
    answering(ok);
    const lost = await send("GET", "/nowhere", ["Origin", "https://app.test"]);
    expect(lost.headers["access-control-allow-origin"]).toBe("*");
    const malformed = await send("GET", "/v1/provider-keys/%", ["Origin", "https://app.test"]);
    expect(malformed.headers["access-control-allow-origin"]).toBeUndefined();
    const body = Buffer.alloc(10 * 1024 * 1024 + 1, "a");
    const large = await send("POST", "/proxy/openai/v1/embeddings", ["Origin", "https://app.test"], body);
    expect(large.headers["access-control-allow-origin"]).toBe("https://app.test");
  });
});

describe("a function's answer", () => {
  test("goes out with status, headers, repeated headers and body", async () => {
    answering({
      statusCode: 418,
      headers: { "x-one": "1" },
      multiValueHeaders: { "set-cookie": ["a=1", "b=2"] },
      body: "é",
    });
    const { status, headers, body } = await send("GET", "/v1/provider-keys");
    expect({ status, body }).toEqual({ status: 418, body: "é" });
    expect(headers).toMatchObject({ "x-one": "1", "set-cookie": ["a=1", "b=2"] });
  });

  test("has its WWW-Authenticate renamed, as API Gateway does", async () => {
    answering({ statusCode: 401, headers: { "www-authenticate": "Bearer" } });
    const { headers } = await send("GET", "/v1/provider-keys");
    expect(headers["www-authenticate"]).toBeUndefined();
    expect(headers["x-amzn-remapped-www-authenticate"]).toBe("Bearer");
  });

  test("in base64 goes out as the bytes that it stands for", async () => {
    answering({ statusCode: 200, body: Buffer.from("bytes").toString("base64"), isBase64Encoded: true });
    expect((await send("GET", "/v1/provider-keys")).body).toBe("bytes");
  });

  test.each([
    undefined,
    null,
    "text",
    {},
    { statusCode: "OK" },
    { statusCode: 20 },
    { statusCode: 200, body: { a: 1 } },
    { statusCode: 200, headers: "x" },
  ])("that is not of the documented form is a 502 (%j)", async (value) => {
    answering(value);
    expectProblem(await send("GET", "/v1/provider-keys"), "DEFAULT_5XX");
  });

  test("that never comes, since it failed, is a 502 that says nothing of why", async () => {
    invoke = () => Promise.reject(new Error("an inner reason"));
    const answer = await send("GET", "/v1/provider-keys");
    expectProblem(answer, "DEFAULT_5XX");
    expect(answer.body).not.toContain("reason");
  });

  test("streams: its first chunk is out before its last is made", async () => {
    const body = new PassThrough();
    invoke = () => Promise.resolve({ streamed: true, metadata: { statusCode: 200 }, body });
    body.write("first");
    const response = await fetch(`${origin}/proxy/openai/v1/models`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("first");
    body.end("last");
    expect((await reader?.read())?.value).toBe("last");
    expect((await reader?.read())?.done).toBe(true);
  });

  test("that breaks off in the middle is cut, not ended as if it were whole", async () => {
    const body = new PassThrough();
    invoke = () => Promise.resolve({ streamed: true, metadata: { statusCode: 200 }, body });
    body.write("first");
    const response = await fetch(`${origin}/proxy/openai/v1/models`);
    await sleep(10);
    body.destroy(new Error("broken"));
    await expect(response.text()).rejects.toThrow();
  });
});
