import type { ServerResponse } from "node:http";
import { nextTurn, type Turn } from "./conversation.ts";
import type { Dialect } from "./dialect.ts";
import type { Refusal, RefusalAnswer } from "./refusal.ts";
import { namedEvent, sendEvents, sendJson, type StandInCall } from "./send.ts";

/** Anthropic's Messages API, with its token count and its list of models. */
export const anthropic: Dialect = { answer, refuse };

async function answer(call: StandInCall, response: ServerResponse): Promise<boolean> {
  const { method, path, body, model } = call;
  const turn = nextTurn(body);
  const id = /\/models\/([^/]+)$/.exec(path)?.[1];
  if (method === "POST" && path.endsWith("/messages")) {
    if (body["stream"] === true) await sendEvents(call, response, messageEvents(model, turn));
    else sendJson(response, 200, message(model, [block(turn)], stopReason(turn)));
  } else if (method === "POST" && path.endsWith("/messages/count_tokens")) {
    sendJson(response, 200, { input_tokens: 5 });
  } else if (method === "GET" && path.endsWith("/models")) {
    const data = [modelInfo("stand-in")];
    sendJson(response, 200, { data, has_more: false, first_id: "stand-in", last_id: "stand-in" });
  } else if (method === "GET" && id !== undefined) {
    sendJson(response, 200, modelInfo(id));
  } else return false;
  return true;
}

function message(model: string, content: readonly object[], stop_reason: string | null): object {
  const usage = { input_tokens: 5, output_tokens: 7 };
  const constant = { id: "msg_stand_in", type: "message", role: "assistant" };
  return { ...constant, model, content, stop_reason, stop_sequence: null, usage };
}

function block({ words, tool }: Turn): object {
  if (tool) return { type: "tool_use", id: "toolu_stand_in", name: tool.name, input: tool.input };
  return { type: "text", text: words.join("") };
}

function stopReason({ tool }: Turn): string {
  return tool ? "tool_use" : "end_turn";
}

/** In the order that Anthropic's page "Streaming messages" gives. */
function messageEvents(model: string, turn: Turn): string[] {
  const empty = turn.tool ? { ...block(turn), input: {} } : { type: "text", text: "" };
  const stop = { stop_reason: stopReason(turn), stop_sequence: null };
  const events = [
    { type: "message_start", message: message(model, [], null) },
    { type: "content_block_start", index: 0, content_block: empty },
    { type: "ping" },
    ...deltas(turn).map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: stop, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ];
  return events.map(namedEvent);
}

/** A tool's input comes as pieces of JSON. */
function deltas({ words, tool }: Turn): object[] {
  if (!tool) return words.map((text) => ({ type: "text_delta", text }));
  const input = JSON.stringify(tool.input);
  return ["", input.slice(0, 3), input.slice(3)].map((partial_json) => {
    return { type: "input_json_delta", partial_json };
  });
}

function modelInfo(id: string): object {
  return { type: "model", id, display_name: "Stand-in", created_at: "2026-01-01T00:00:00Z" };
}

function refuse(why: Refusal): RefusalAnswer {
  const [status, type, text] = refusals[why];
  return { status, body: { type: "error", error: { type, message: text }, request_id: "req_stand_in" } };
}

/** In the shape and with the types of Anthropic's errors; a balance that is used up is a 400. */
const refusals: Readonly<Record<Refusal, readonly [number, string, string]>> = {
  missing: [401, "authentication_error", "x-api-key header is required"],
  rejected: [401, "authentication_error", "invalid x-api-key"],
  forbidden: [
    403,
    "permission_error",
    "Your API key does not have permission to use the specified resource.",
  ],
  limited: [429, "rate_limit_error", "This request would exceed your rate limit."],
  quota: [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."],
  broken: [500, "api_error", "Internal server error"],
  unknown: [404, "not_found_error", "Not Found"],
};
