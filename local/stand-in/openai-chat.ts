import type { Turn } from "./conversation.ts";
import { dataEvent } from "./send.ts";

/** OpenAI's chat completions, whole and as the chunks that the official SDK reads. */
export function chatCompletion(model: string, turn: Turn): object {
  const content = turn.tool ? null : turn.words.join("");
  const calls = turn.tool && [toolCall(turn.tool.name, JSON.stringify(turn.tool.input))];
  const message = { role: "assistant", content, refusal: null, ...(calls && { tool_calls: calls }) };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish(turn) }];
  return { id, object: "chat.completion", created, model, choices, usage };
}

export function chatEvents(model: string, turn: Turn, withUsage: boolean): string[] {
  const base = { id, object: "chat.completion.chunk", created, model };
  const chunk = (delta: object, finish_reason: string | null) =>
    dataEvent({ ...base, choices: [{ index: 0, delta, finish_reason }] });
  return [
    chunk({ role: "assistant", content: turn.tool ? null : "" }, null),
    ...deltas(turn).map((delta) => chunk(delta, null)),
    chunk({}, finish(turn)),
    ...(withUsage ? [dataEvent({ ...base, choices: [], usage })] : []),
    "data: [DONE]\n\n",
  ];
}

const id = "chatcmpl-stand-in";
const created = 1_700_000_000;
const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

/** A call's arguments come in pieces, the first with its id and name. */
function deltas({ words, tool }: Turn): object[] {
  if (!tool) return words.map((content) => ({ content }));
  const input = JSON.stringify(tool.input);
  const piece = (text: string) => ({ tool_calls: [{ index: 0, function: { arguments: text } }] });
  const first = { tool_calls: [{ index: 0, ...toolCall(tool.name, "") }] };
  return [first, piece(input.slice(0, 3)), piece(input.slice(3))];
}

function toolCall(name: string, input: string) {
  return { id: "call_stand_in", type: "function", function: { name, arguments: input } };
}

function finish({ tool }: Turn): string {
  return tool ? "tool_calls" : "stop";
}
