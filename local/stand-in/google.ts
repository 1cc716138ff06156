import type { ServerResponse } from "node:http";
import { nextTurn, type Turn } from "./conversation.ts";
import type { Dialect } from "./dialect.ts";
import type { Refusal, RefusalAnswer } from "./refusal.ts";
import { dataEvent, sendEvents, sendJson, type StandInCall } from "./send.ts";

/** Google's Gemini API, at `/v1` and `/v1beta`. */
export const google: Dialect = { answer, refuse };

async function answer(call: StandInCall, response: ServerResponse): Promise<boolean> {
  const { method, path, body, model } = call;
  const [, version, name, action] = /^\/(v1|v1beta)\/models(?:\/([^/:]+))?(?::(\w+))?$/.exec(path) ?? [];
  if (version === undefined) return false;
  if (method === "POST" && action === "streamGenerateContent") {
    await sendEvents(call, response, contentEvents(model, nextTurn(body)));
    return true;
  }
  const found = method === "GET" && action === undefined ? modelOrList(name) : actions[action ?? ""]?.(call);
  if (found) sendJson(response, 200, found);
  return found !== undefined;
}

const values = [0.25, 0.5, 0.75];

const actions: Readonly<Record<string, (call: StandInCall) => object>> = {
  generateContent: ({ model, body }) => content(model, partsOf(nextTurn(body)), "STOP"),
  countTokens: () => ({ totalTokens: 5 }),
  embedContent: () => ({ embedding: { values } }),
  batchEmbedContents: ({ body }) => {
    const requests = Array.isArray(body["requests"]) ? body["requests"] : [];
    return { embeddings: requests.map(() => ({ values })) };
  },
};

function modelOrList(name: string | undefined): object {
  const described = (id: string) => {
    const limits = { inputTokenLimit: 1000, outputTokenLimit: 1000 };
    return { name: `models/${id}`, version: "1", displayName: "Stand-in", ...limits };
  };
  return name === undefined ? { models: [described("stand-in")] } : described(name);
}

function content(model: string, parts: readonly object[], finishReason?: "STOP"): object {
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...(finishReason && { finishReason }) }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 },
    modelVersion: model,
    responseId: "stand-in",
  };
}

/** A function call comes whole, streamed too, with a signature that is sent back with its result. */
function partsOf({ words, tool }: Turn): object[] {
  if (!tool) return [{ text: words.join("") }];
  return [{ functionCall: { name: tool.name, args: tool.input }, thoughtSignature: "c3RhbmQtaW4=" }];
}

function contentEvents(model: string, turn: Turn): string[] {
  const parts = turn.tool ? partsOf(turn) : turn.words.map((text) => ({ text }));
  return parts.map((part, index) =>
    dataEvent(content(model, [part], index === parts.length - 1 ? "STOP" : undefined)),
  );
}

function refuse(why: Refusal): RefusalAnswer {
  const [code, status, message, detail] = refusals[why];
  return { status: code, body: { error: { code, message, status, ...(detail && { details: [detail] }) } } };
}

function errorInfo(reason: string): object {
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com" };
}

/** Only its id tells a quota that is used up for the day from a pace that was too fast. */
function quotaFailure(quotaId: string): object {
  return { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] };
}

const overQuota = "You exceeded your current quota, please check your plan and billing details.";
const perModel = "PerProjectPerModel-FreeTier";

/** A key that Google does not know is a 400 there, told by its reason ("Troubleshooting"). */
const refusals: Readonly<Record<Refusal, readonly [number, string, string, object?]>> = {
  missing: [401, "UNAUTHENTICATED", "Request is missing required authentication credential."],
  rejected: [
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    errorInfo("API_KEY_INVALID"),
  ],
  forbidden: [
    403,
    "PERMISSION_DENIED",
    "Requests to this API are blocked.",
    errorInfo("API_KEY_SERVICE_BLOCKED"),
  ],
  limited: [429, "RESOURCE_EXHAUSTED", overQuota, quotaFailure(`GenerateRequestsPerMinute${perModel}`)],
  quota: [429, "RESOURCE_EXHAUSTED", overQuota, quotaFailure(`GenerateRequestsPerDay${perModel}`)],
  broken: [500, "INTERNAL", "An internal error has occurred."],
  unknown: [404, "NOT_FOUND", "Requested entity was not found."],
};
