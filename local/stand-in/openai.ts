import type { ServerResponse } from "node:http";
import { responseEvents, responseObject } from "./responses.ts";
import { modelOf, sendEvents, sendJson, type StandInCall } from "./send.ts";

/** OpenAI's API, as far as the official SDK needs it for the calls that the proxy passes on. */
export async function answerOpenAi(call: StandInCall, response: ServerResponse): Promise<void> {
  const { method, path, authorization, body } = call;
  if (!/^Bearer sk-[A-Za-z0-9_-]{8,}$/.test(authorization) || authorization.includes("rejected")) {
    sendJson(response, 401, openAiError("Incorrect API key provided.", "invalid_api_key"));
    return;
  }
  const model = modelOf(call, "stand-in");
  switch (`${method} ${path}`) {
    case "POST /v1/chat/completions":
      if (body["stream"] === true) await sendEvents(response, chatEvents(model, wantsUsage(body)));
      else sendJson(response, 200, chatCompletion(model));
      return;
    case "POST /v1/responses":
      if (body["stream"] === true) await sendEvents(response, responseEvents(model, words));
      else sendJson(response, 200, responseObject(model, words.join(""), "completed"));
      return;
    case "POST /v1/embeddings":
      sendJson(response, 200, embeddings(model));
      return;
    case "GET /v1/models":
      sendJson(response, 200, { object: "list", data: [modelObject("stand-in")] });
      return;
    default:
      sendJson(response, 404, openAiError(`Invalid URL (${method} ${path})`, "unknown_url"));
  }
}

/** The error shape of OpenAI's API reference, "Error codes". */
export function openAiError(message: string, code: string) {
  return { error: { message, type: "invalid_request_error", param: null, code } };
}

const words = ["Sealed", ", ", "used", ", ", "accounted ", "for", "."];
const created = 1_700_000_000;
const usage = { prompt_tokens: 5, completion_tokens: words.length, total_tokens: 5 + words.length };

function chatCompletion(model: string) {
  const message = { role: "assistant", content: words.join(""), refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
  return { id: "chatcmpl-stand-in", object: "chat.completion", created, model, choices, usage };
}

/** `stream_options: { include_usage: true }` asks for one more chunk, with usage and no choices. */
function wantsUsage(body: StandInCall["body"]): boolean {
  const { stream_options: options } = body;
  return typeof options === "object" && options !== null && "include_usage" in options
    ? options.include_usage === true
    : false;
}

function chatEvents(model: string, withUsage: boolean): string[] {
  const base = { id: "chatcmpl-stand-in", object: "chat.completion.chunk", created, model };
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  return [
    chunk({ role: "assistant", content: "" }, null),
    ...words.map((content) => chunk({ content }, null)),
    chunk({}, "stop"),
    ...(withUsage ? [`data: ${JSON.stringify({ ...base, choices: [], usage })}\n\n`] : []),
    "data: [DONE]\n\n",
  ];
}

function embeddings(model: string) {
  const data = [{ object: "embedding", index: 0, embedding: [0.25, 0.5, 0.75] }];
  return { object: "list", data, model, usage: { prompt_tokens: 5, total_tokens: 5 } };
}

function modelObject(id: string) {
  return { id, object: "model", created, owned_by: "waxseal-local" };
}
