import type { Refusal, RefusalAnswer } from "./refusal.ts";
import type { StandInCall } from "./send.ts";

/**
 * Refusals of the providers that speak OpenAI's API, in the shapes that their SDKs read; the texts are not
 * theirs to the letter. Azure's, OpenRouter's and DeepSeek's have other shapes or statuses.
 */
export function refuseAsOpenAi(why: Refusal, { method, path, headers }: StandInCall): RefusalAnswer {
  if (path.startsWith("/api/v1/")) return ofOpenRouter(why);
  if (headers["api-key"] !== undefined && why === "rejected") return ofAzure;
  // DeepSeek has the same path without `/v1`; a balance that is used up is 402 there.
  if (why === "quota" && path.startsWith("/chat/"))
    return openAiError(402, "Insufficient Balance", "unknown_error", "invalid_request_error");
  if (why === "unknown")
    return openAiError(404, `Invalid URL (${method} ${path})`, "invalid_request_error", "unknown_url");
  return ofOpenAi[why];
}

function openAiError(status: number, message: string, type: string, code: string | null): RefusalAnswer {
  return { status, body: { error: { message, type, param: null, code } } };
}

const invalid = "invalid_request_error";
const ofOpenAi: Readonly<Record<Exclude<Refusal, "unknown">, RefusalAnswer>> = {
  missing: openAiError(401, "You didn't provide an API key.", invalid, null),
  rejected: openAiError(401, "Incorrect API key provided.", invalid, "invalid_api_key"),
  forbidden: openAiError(403, "You have insufficient permissions for this operation.", invalid, null),
  limited: openAiError(429, "Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
  quota: openAiError(
    429,
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "insufficient_quota",
  ),
  broken: openAiError(500, "The server had an error", "server_error", null),
};

const ofAzure: RefusalAnswer = {
  status: 401,
  body: { error: { code: "401", message: "Access denied due to invalid subscription key." } },
};

function ofOpenRouter(why: Refusal): RefusalAnswer {
  const [status, message] = openRouterTexts[why];
  return { status, body: { error: { message, code: status } } };
}

const openRouterTexts: Readonly<Record<Refusal, readonly [number, string]>> = {
  missing: [401, "No auth credentials found"],
  rejected: [401, "User not found."],
  forbidden: [403, "The key may not use this model"],
  limited: [429, "Rate limit exceeded"],
  quota: [402, "Insufficient credits"],
  broken: [500, "Internal Server Error"],
  unknown: [404, "Not Found"],
};
