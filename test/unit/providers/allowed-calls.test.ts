import fc from "fast-check";
import { expect, test } from "vitest";
import { isAllowed, isAllowedCall } from "../../../lib/providers/allowed-calls.ts";
import { below } from "../../../lib/providers/registry/below.ts";

test.each([
  "POST /v1/chat/completions",
  "GET /v1/models/{model}",
  "DELETE /v1/responses/{id}",
  "GET /m/{id}:x",
])("%j is a call", (text) => expect(isAllowedCall(text)).toBe(true));

test.each([
  ...[
    "PUT /v1/models",
    "POST v1/models",
    "POST //v1",
    "POST /v1//x",
    "post /v1",
    "POST /v1/{any}",
    "POST /v1/*",
  ],
  ...[
    "POST /v1?x=1",
    "POST /v1/%2e",
    "POST /a\\b",
    "POST /v1 ",
    "POST /",
    "POST /{constructor}",
    "POST /v1/{id",
  ],
  ...[undefined, null, 7],
])("%j is none", (text) => {
  expect(isAllowedCall(text)).toBe(false);
});

test("a placeholder is one segment, or part of one; a colon only in a model", () => {
  expect(isAllowed(["GET /v1/models/{id}"], "GET", "/v1/models/gpt-5.1_x")).toBe(true);
  for (const path of [
    "/v1/models/",
    "/v1/models/a/b",
    "/v1/models/a:b",
    "/v1/models/a%2Fb",
    "/v1/models/a b",
  ])
    expect(isAllowed(["GET /v1/models/{id}"], "GET", path), path).toBe(false);
  expect(isAllowed(["GET /v1/models/{model}"], "GET", "/v1/models/a:b")).toBe(true);
  expect(isAllowed(["POST /m/{id}:go"], "POST", "/m/x:go")).toBe(true);
  expect(isAllowed(["GET /v1/models/{id}"], "GET", `/v1/models/${"a".repeat(129)}`)).toBe(false);
});

test("what stands between placeholders is taken by the letter, whatever it is called", () => {
  expect(isAllowed(["GET /a/{id}/id/{id}"], "GET", "/a/1/id/2")).toBe(true);
  expect(isAllowed(["GET /a/{id}/id/{id}"], "GET", "/a/1/xx/2")).toBe(false);
  expect(isAllowed(["GET /a/{id}/id/{id}"], "GET", "/a/1x2")).toBe(false);
  expect(isAllowed(["GET /v1.0/x"], "GET", "/v1a0/x")).toBe(false);
});

test("no path with an encoded, empty or foreign part is allowed by any pattern", () => {
  const calls = ["GET /v1/{id}/{model}", "GET /{id}", "GET /v1/models"] as const;
  const odd = fc.constantFrom(...Array.from("%\\?#;@ \r\n\t\0é<>\"'"), "//");
  fc.assert(
    fc.property(
      fc.string({ maxLength: 30 }),
      odd,
      fc.string({ maxLength: 30 }),
      (before, character, after) => {
        expect(isAllowed(calls, "GET", `/${before}${character}${after}`)).toBe(false);
      },
    ),
  );
});

test("calls are put below a base path", () => {
  expect(below("/openai/v1", ["POST /chat/completions", "GET /models/{model}"])).toEqual([
    "POST /openai/v1/chat/completions",
    "GET /openai/v1/models/{model}",
  ]);
});
