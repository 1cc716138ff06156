import type { ServerResponse } from "node:http";
import { nextTurn } from "./conversation.ts";
import type { Dialect } from "./dialect.ts";
import { chatCompletion, chatEvents } from "./openai-chat.ts";
import { refuseAsOpenAi } from "./openai-errors.ts";
import { image, moderation, transcription } from "./openai-media.ts";
import { responseEvents, responseObject } from "./responses.ts";
import { sendEvents, sendJson, type StandInCall } from "./send.ts";

/**
 * Where the providers that speak OpenAI's API have it: OpenAI, Mistral, xAI, Together and others at `/v1`;
 * Groq, Azure (two forms), OpenRouter, Fireworks, Cohere, Perplexity, DeepSeek below a path of their own;
 * Perplexity and DeepSeek at the root, too.
 */
const base =
  /^(\/openai\/deployments\/[^/]+|(\/openai|\/api|\/inference|\/compatibility|\/router)?\/v1|\/openai|\/beta)(?=\/)/;

export const openAi: Dialect = { answer, refuse: refuseAsOpenAi };

async function answer(call: StandInCall, response: ServerResponse): Promise<boolean> {
  const { method, path, body, model } = call;
  const turn = nextTurn(body);
  const streams = body["stream"] === true;
  const route = `${method} ${path.replace(base, "")}`;
  if (route === "POST /chat/completions" && streams) {
    await sendEvents(call, response, chatEvents(model, turn, wantsUsage(body)));
  } else if (route === "POST /responses" && streams) {
    await sendEvents(call, response, responseEvents(model, turn));
  } else if (route === "POST /audio/speech") {
    response.writeHead(200, { "content-type": "audio/mpeg" }).end(Buffer.from("ID3 stand-in"));
  } else {
    const object = Object.hasOwn(plain, route) ? plain[route]?.(call) : modelAt(route);
    if (!object) return false;
    sendJson(response, 200, object);
  }
  return true;
}

const plain: Readonly<Record<string, (call: StandInCall) => object>> = {
  "POST /chat/completions": ({ model, body }) => chatCompletion(model, nextTurn(body)),
  "POST /responses": ({ model, body }) => responseObject(model, nextTurn(body), "completed"),
  "POST /completions": ({ model, body }) => {
    const choices = [
      { index: 0, text: nextTurn(body).words.join(""), logprobs: null, finish_reason: "stop" },
    ];
    return { id: "cmpl-stand-in", object: "text_completion", created: 1_700_000_000, model, choices };
  },
  "POST /embeddings": ({ model, body }) => {
    // The official SDK asks for base64 unless it is told otherwise, and decodes it.
    const values = Float32Array.of(0.25, 0.5, 0.75);
    const embedding =
      body["encoding_format"] === "base64" ? Buffer.from(values.buffer).toString("base64") : [...values];
    const data = [{ object: "embedding", index: 0, embedding }];
    return { object: "list", data, model, usage: { prompt_tokens: 5, total_tokens: 5 } };
  },
  "POST /moderations": ({ model }) => moderation(model),
  "POST /images/generations": () => image(),
  "POST /images/edits": () => image(),
  "POST /images/variations": () => image(),
  "POST /audio/transcriptions": ({ body }) => transcription(body),
  "POST /audio/translations": ({ body }) => transcription(body),
  "GET /models": () => ({ object: "list", data: [modelObject("stand-in")] }),
  // Perplexity's list of waiting calls.
  "GET /async/chat/completions": () => ({ requests: [] }),
  // What OpenRouter tells of a key, for `verify`.
  "GET /key": () => ({ data: { label: "stand-in", usage: 0, limit: null, is_free_tier: false } }),
};

function modelAt(route: string): object | undefined {
  const id = /^GET \/models\/(.+)$/.exec(route)?.[1];
  return id === undefined ? undefined : modelObject(id);
}

function modelObject(id: string): object {
  return { id, object: "model", created: 1_700_000_000, owned_by: "waxseal-local" };
}

/** `stream_options: { include_usage: true }` asks for one more chunk, with usage and no choices. */
function wantsUsage({ stream_options: options }: StandInCall["body"]): boolean {
  return typeof options === "object" && options !== null && "include_usage" in options
    ? options.include_usage === true
    : false;
}
