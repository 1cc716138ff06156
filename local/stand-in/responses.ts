import type { Turn } from "./conversation.ts";
import { namedEvent, type TypedEvent } from "./send.ts";

type Status = "completed" | "in_progress";

/** OpenAI's Responses API, whole and as the events that the official SDK reads. */
export function responseObject(model: string, turn: Turn, status: Status): object {
  const isDone = status === "completed";
  return {
    id: "resp_stand_in",
    object: "response",
    created_at: 1_700_000_000,
    status,
    model,
    output: isDone ? [outputItem(turn, status)] : [],
    error: null,
    incomplete_details: null,
    ...(isDone && { usage }),
  };
}

export function responseEvents(model: string, turn: Turn): string[] {
  const events: TypedEvent[] = [
    { type: "response.created", response: responseObject(model, turn, "in_progress") },
    { type: "response.output_item.added", output_index: 0, item: outputItem(turn, "in_progress") },
    ...(turn.tool ? toolEvents(turn.tool) : textEvents(turn.words)),
    { type: "response.output_item.done", output_index: 0, item: outputItem(turn, "completed") },
    { type: "response.completed", response: responseObject(model, turn, "completed") },
  ];
  return events.map((event, index) => namedEvent({ ...event, sequence_number: index }));
}

const usage = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 12,
};

function outputItem({ words, tool }: Turn, status: Status): object {
  const isDone = status === "completed";
  if (tool) {
    const input = isDone ? JSON.stringify(tool.input) : "";
    const call = { call_id: "call_stand_in", name: tool.name, arguments: input };
    return { id: "fc_stand_in", type: "function_call", status, ...call };
  }
  const content = isDone
    ? [{ type: "output_text", text: words.join(""), annotations: [], logprobs: [] }]
    : [];
  return { id: "msg_stand_in", type: "message", role: "assistant", status, content };
}

function textEvents(words: readonly string[]): TypedEvent[] {
  const place = { item_id: "msg_stand_in", output_index: 0, content_index: 0 };
  const part = (text: string) => ({ type: "output_text", text, annotations: [] });
  const text = words.join("");
  const deltas = words.map((delta) => ({
    type: "response.output_text.delta",
    ...place,
    delta,
    logprobs: [],
  }));
  return [
    { type: "response.content_part.added", ...place, part: part("") },
    ...deltas,
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: part(text) },
  ];
}

function toolEvents(tool: { name: string; input: unknown }): TypedEvent[] {
  const place = { item_id: "fc_stand_in", output_index: 0 };
  const input = JSON.stringify(tool.input);
  const delta = (text: string) => ({ type: "response.function_call_arguments.delta", ...place, delta: text });
  const done = { type: "response.function_call_arguments.done", ...place, name: tool.name, arguments: input };
  return [delta(input.slice(0, 3)), delta(input.slice(3)), done];
}
