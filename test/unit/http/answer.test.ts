import { describe, expect, test } from "vitest";
import { errorAnswer } from "../../../lambdas/http/answer.ts";
import { statusByCode } from "../../../lib/api/status.ts";
import {
  errorCodes,
  messageOf,
  WaxsealError,
  type ErrorCode,
  type ErrorDetails,
} from "../../../lib/errors.ts";
import { routes, type Route } from "../../../lib/routes.ts";

const route = (method: string, path: string): Route => {
  return routes.find((one) => one.method === method && one.path === path)!;
};
const save = route("POST", "/api/user/api-key");
const remove = route("DELETE", "/api/user/api-key");
const status = route("GET", "/api/user/api-key-status");
const put = route("PUT", "/v1/provider-keys/{provider}");
const proxy = route("ANY", "/proxy/{provider}/{path+}");

const answerTo = (code: ErrorCode, to: Route, details?: ErrorDetails) => {
  const { statusCode, headers, body } = errorAnswer(new WaxsealError(code, details), to);
  return { statusCode, headers, body: JSON.parse(body) as unknown };
};

describe("an error on a legacy route", () => {
  test.each([
    [save, "AUTHENTICATION_REQUIRED", 401, "Authentication required"],
    [remove, "AUTHENTICATION_REQUIRED", 401, "Authentication required"],
    [status, "AUTHENTICATION_REQUIRED", 401, "Authentication required"],
    [save, "INVALID_REQUEST", 400, "API key and provider are required"],
    [remove, "INVALID_REQUEST", 400, "Provider is required"],
    [save, "UNKNOWN_PROVIDER", 400, "Invalid provider. Must be openai, anthropic, or google"],
    [remove, "UNKNOWN_PROVIDER", 400, "Invalid provider. Must be openai, anthropic, or google"],
    [save, "INVALID_PROVIDER_KEY_FORMAT", 400, "Invalid anthropic API key format"],
    [save, "OTHER_PROVIDERS_KEY", 400, "Invalid anthropic API key format"],
    [save, "PROVIDER_KEY_REJECTED", 400, "The provider refused this API key"],
    [save, "RATE_LIMITED", 429, "Too many requests"],
    [save, "ORIGIN_NOT_ALLOWED", 403, "A page of this origin may not do this"],
    [save, "INTERNAL", 500, "Failed to save API key"],
    [save, "KMS_UNAVAILABLE", 503, "Failed to save API key"],
    [save, "STORE_UNAVAILABLE", 503, "Failed to save API key"],
    [remove, "INTERNAL", 500, "Failed to remove API key"],
    [status, "INTERNAL", 500, "Failed to read API key status"],
  ] as const)("($method $path) %s has its status and text", (to, code, statusCode, error) => {
    const answer = answerTo(code, to, { provider: "anthropic", looksLike: "openai" });
    expect([answer.statusCode, answer.body]).toEqual([statusCode, { error }]);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "waxseal-error-code": code,
    });
  });
});

describe("an error on any other route", () => {
  test.each(errorCodes)("%s is a problem document of constants", (code) => {
    const { statusCode, headers, body } = answerTo(code, put);
    expect(body).toEqual({ type: "about:blank", title: messageOf(code), status: statusByCode[code], code });
    expect(statusCode).toBe(statusByCode[code]);
    expect(headers["content-type"]).toBe("application/problem+json");
  });

  test("says whose key another provider's looks like", () => {
    const details = { provider: "anthropic", looksLike: "openai" };
    expect(answerTo("OTHER_PROVIDERS_KEY", put, details).body).toEqual({
      type: "about:blank",
      title: "This looks like another provider's API key",
      status: 400,
      code: "OTHER_PROVIDERS_KEY",
      looksLike: "openai",
    });
    expect(answerTo("INVALID_PROVIDER_KEY_FORMAT", put, details).body).not.toHaveProperty("looksLike");
  });

  test("has on the proxy what the official SDKs show too", () => {
    expect(answerTo("PROVIDER_KEY_EXPIRED", proxy).body).toMatchObject({
      status: 410,
      error: {
        message: "The API key for this provider has expired",
        code: "PROVIDER_KEY_EXPIRED",
        type: "waxseal",
      },
    });
  });
});

describe("Retry-After", () => {
  test("is the limit's own time, or a second", () => {
    for (const to of [save, put, proxy]) {
      expect(answerTo("RATE_LIMITED", to, { retryAfterSeconds: 42 }).headers["retry-after"]).toBe("42");
      expect(answerTo("KMS_UNAVAILABLE", to).headers["retry-after"]).toBe("1");
    }
  });

  test("is not there where trying again is no use", () => {
    expect(answerTo("INVALID_REQUEST", put).headers).not.toHaveProperty("retry-after");
  });
});
