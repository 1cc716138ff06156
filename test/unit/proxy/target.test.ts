import { describe, expect, test } from "vitest";
import { registry } from "../../../lib/providers/registry.ts";
import { openai } from "../../../lib/providers/registry/openai.ts";
import { requestHeaders, responseHeaders } from "../../../lib/proxy/headers.ts";
import { targetOf } from "../../../lib/proxy/target.ts";

const post = (path: string, query = {}) => targetOf(openai, { method: "POST", path, query });

describe("the target of a proxied call", () => {
  test("is the same path", () => {
    expect(post("/v1/chat/completions")).toBe("/v1/chat/completions");
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
        path = targetOf(openai, request);
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
      expect(() => targetOf(openai, request)).toThrow(expect.objectContaining({ code: "ROUTE_NOT_ALLOWED" }));
    },
  );

  test("takes known query parameters, encoded, and refuses others, a key above all", () => {
    expect(post("/v1/chat/completions", { after: ["a&b=c"] })).toBe("/v1/chat/completions?after=a%26b%3Dc");
    for (const name of ["key", "api_key", "access_token", "x"]) {
      expect(() => post("/v1/chat/completions", { [name]: ["1"] })).toThrow();
    }
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
  for (const provider of registry) {
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
