import { describe, expect, test } from "vitest";
import { findProvider } from "../../../lib/providers/find.ts";
import { providers } from "../../../lib/providers/registry.ts";
import { requestHeaders, responseHeaders } from "../../../lib/proxy/headers.ts";
import { originOf, targetUrl } from "../../../lib/proxy/target.ts";

const openai = findProvider("openai");
const origin = originOf(openai, {});
const post = (path: string, query = {}) => targetUrl(openai, origin, { method: "POST", path, query });

describe("the target of a proxied call", () => {
  test("is the registered origin with the same path", () => {
    expect(post("/v1/chat/completions").href).toBe("https://api.openai.com/v1/chat/completions");
  });

  test.each([
    "/v1/chat/completions/",
    "/v1/chat//completions",
    "//v1/chat/completions",
    "//evil.example/v1/chat/completions",
    "https://evil.example/v1/chat/completions",
    "/https://evil.example/v1/chat/completions",
    "/v1/../v1/chat/completions",
    "/v1/%2e%2e/v1/chat/completions",
    "/v1/chat%2fcompletions",
    "/v1\\chat\\completions",
    "/v1/chat/completions\r\nhost: evil.example",
    "/v1/chat/completions?x=1",
    "/v1/chat/completions#x",
    "/v1/chat/completions;x",
    "/V1/chat/completions",
    "/v1/files",
    "/v1/organization/admin_api_keys",
    "/v1/fine_tuning/jobs",
    "",
    "/",
    "@evil.example/v1/chat/completions",
  ])("%j is refused", (path) => {
    expect(() => post(path)).toThrow(expect.objectContaining({ code: "ROUTE_NOT_ALLOWED" }));
  });

  test.each(["..", ".", "...", "a%2fb", "a/b", "a b", ""])(
    "model %j as a path segment stays below the origin's path or is refused",
    (model) => {
      const request = { method: "GET", path: `/v1/models/${model}`, query: {} };
      let path: string | undefined;
      try {
        path = targetUrl(openai, origin, request).pathname;
      } catch (error) {
        expect(error).toMatchObject({ code: "ROUTE_NOT_ALLOWED" });
      }
      expect(path === undefined || path === request.path).toBe(true);
    },
  );

  test.each(["GET", "DELETE", "PUT", "PATCH", "CONNECT", "TRACE", "post"])(
    "method %s is refused where POST is meant",
    (method) => {
      const request = { method, path: "/v1/chat/completions", query: {} };
      expect(() => targetUrl(openai, origin, request)).toThrow(
        expect.objectContaining({ code: "ROUTE_NOT_ALLOWED" }),
      );
    },
  );

  test("takes known query parameters, encoded, and refuses others, a key above all", () => {
    expect(post("/v1/chat/completions", { after: ["a&b=c"] }).search).toBe("?after=a%26b%3Dc");
    for (const name of ["key", "api_key", "access_token", "x"]) {
      expect(() => post("/v1/chat/completions", { [name]: ["1"] })).toThrow();
    }
  });

  test("can be moved by the operator's setting for that endpoint only", () => {
    expect(originOf(openai, { "openai-1": "http://127.0.0.1:1" })).toBe("http://127.0.0.1:1");
    expect(originOf(openai, { "anthropic-1": "http://127.0.0.1:1" })).toBe("https://api.openai.com");
  });
});

test("no provider's authorization header is ever taken from the caller", () => {
  const names = [
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "cookie",
    "host",
    "x-forwarded-for",
    "forwarded",
  ];
  const overriding = ["x-http-method-override", "connection", "te", "transfer-encoding", "origin", "referer"];
  const caller = new Headers([...names, ...overriding].map((name): [string, string] => [name, "canary"]));
  caller.set("user-agent", "canary");
  for (const provider of providers) {
    expect([...requestHeaders(provider, caller).values()]).not.toContain("canary");
  }
});

test("a response's cookies, framing and transport headers stay behind", () => {
  const names = [
    "set-cookie",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "location",
  ];
  const from = new Headers([...names, "content-type"].map((name): [string, string] => [name, "x"]));
  expect(responseHeaders(from)).toEqual([["content-type", "x"]]);
});
