import { legacyAnswer } from "../../lib/api/legacy-answer.ts";
import { statusByCode } from "../../lib/api/status.ts";
import { messageOf, type WaxsealError } from "../../lib/errors.ts";
import { problem } from "../../lib/problem.ts";
import type { Route } from "../../lib/routes.ts";

/** What a handler returns: an API Gateway proxy response with a text body. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Answers are about one person's provider keys: nobody may keep them. */
const always = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  const contentType = { "content-type": "application/json" };
  return { statusCode, headers: { ...always, ...contentType, ...headers }, body: JSON.stringify(body) };
}

export function noContent(): ApiResponse {
  return { statusCode: 204, headers: always, body: "" };
}

/** The answer to an error, in its route's form: made of the code alone. */
export function errorAnswer(error: WaxsealError, route: Route): ApiResponse {
  const { code } = error;
  const headers = {
    "waxseal-error-code": code,
    ...(error.retryable && { "retry-after": String(error.retryAfterSeconds ?? 1) }),
    ...(code === "AUTHENTICATION_REQUIRED" && { "www-authenticate": "Bearer" }),
  };
  if (route.errors === "legacy") {
    const { status, text } = legacyAnswer(error, route);
    return json(status, { error: text }, headers);
  }
  const message = messageOf(code);
  const looksLike = code === "OTHER_PROVIDERS_KEY" && error.looksLike ? { looksLike: error.looksLike } : {};
  const document = { ...problem(statusByCode[code], code, message), ...looksLike };
  // The providers' official SDKs show what they find under `error`.
  const body = route.streams ? { ...document, error: { message, code, type: "waxseal" } } : document;
  return json(document.status, body, { ...headers, "content-type": "application/problem+json" });
}
