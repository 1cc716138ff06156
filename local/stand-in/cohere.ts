import type { ServerResponse } from "node:http";
import { nextTurn, type Turn } from "./conversation.ts";
import type { Dialect } from "./dialect.ts";
import type { Refusal, RefusalAnswer } from "./refusal.ts";
import { namedEvent, sendEvents, sendJson, type StandInCall } from "./send.ts";

/** Cohere's own API, version 2; its OpenAI-compatible one is with OpenAI's. */
export const cohere: Dialect = { answer, refuse };

async function answer(call: StandInCall, response: ServerResponse): Promise<boolean> {
  const { method, path, body } = call;
  const turn = nextTurn(body);
  if (`${method} ${path}` === "POST /v2/chat") {
    if (body["stream"] === true) await sendEvents(call, response, chatEvents(turn));
    else sendJson(response, 200, { id, finish_reason: finish(turn), message: message(turn), usage });
  } else if (`${method} ${path}` === "POST /v2/embed") {
    sendJson(response, 200, { id, embeddings: { float: [[0.25, 0.5, 0.75]] }, texts: [] });
  } else if (`${method} ${path}` === "POST /v2/rerank") {
    sendJson(response, 200, { id, results: [{ index: 0, relevance_score: 0.5 }] });
  } else return false;
  return true;
}

const id = "stand-in";
const usage = { tokens: { input_tokens: 5, output_tokens: 7 } };

function finish({ tool }: Turn): string {
  return tool ? "TOOL_CALL" : "COMPLETE";
}

function toolCall(tool: NonNullable<Turn["tool"]>): object {
  const call = { name: tool.name, arguments: JSON.stringify(tool.input) };
  return { id: "call_stand_in", type: "function", function: call };
}

function message({ words, tool }: Turn): object {
  const role = "assistant";
  if (tool) return { role, tool_plan: "I use the tool.", tool_calls: [toolCall(tool)] };
  return { role, content: [{ type: "text", text: words.join("") }] };
}

function chatEvents(turn: Turn): string[] {
  const { words, tool } = turn;
  const text = (part: string) => ({ message: { content: { type: "text", text: part } } });
  const inner = tool
    ? [
        { type: "tool-call-start", index: 0, delta: { message: { tool_calls: toolCall(tool) } } },
        { type: "tool-call-end", index: 0 },
      ]
    : [
        { type: "content-start", index: 0, delta: text("") },
        ...words.map((word) => ({ type: "content-delta", index: 0, delta: text(word) })),
        { type: "content-end", index: 0 },
      ];
  return [
    { type: "message-start", id, delta: { message: { role: "assistant" } } },
    ...inner,
    { type: "message-end", delta: { finish_reason: finish(turn), usage } },
  ].map(namedEvent);
}

function refuse(why: Refusal): RefusalAnswer {
  const [status, text] = refusals[why];
  return { status, body: { id, message: text } };
}

/** In the shape and with the statuses of Cohere's errors; the texts are not to the letter. */
const refusals: Readonly<Record<Refusal, readonly [number, string]>> = {
  missing: [401, "no api key supplied"],
  rejected: [401, "invalid api token"],
  forbidden: [403, "the api key is not allowed to do this"],
  limited: [429, "too many requests"],
  quota: [402, "Please add or update your payment method at dashboard.cohere.com/billing"],
  broken: [500, "internal server error"],
  unknown: [404, "not found"],
};
