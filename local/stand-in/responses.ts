/** OpenAI's Responses API, whole and as the events that the official SDK reads. */
export function responseObject(model: string, text: string, status: "completed" | "in_progress") {
  const content = [{ type: "output_text", text, annotations: [] }];
  const message = { id: "msg_stand_in", type: "message", role: "assistant", status, content };
  const usage = { input_tokens: 5, output_tokens: 7, total_tokens: 12 };
  const isDone = status === "completed";
  return {
    id: "resp_stand_in",
    object: "response",
    created_at: 1_700_000_000,
    status,
    model,
    output: isDone ? [message] : [],
    error: null,
    ...(isDone && { usage }),
  };
}

export function responseEvents(model: string, words: readonly string[]): string[] {
  const text = words.join("");
  const place = { item_id: "msg_stand_in", output_index: 0, content_index: 0 };
  const part = { type: "output_text", text: "", annotations: [] };
  const item = { id: "msg_stand_in", type: "message", role: "assistant", status: "in_progress", content: [] };
  const events = [
    { type: "response.created", response: responseObject(model, "", "in_progress") },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.content_part.added", ...place, part },
    ...words.map((delta) => ({ type: "response.output_text.delta", ...place, delta })),
    { type: "response.output_text.done", ...place, text },
    { type: "response.completed", response: responseObject(model, text, "completed") },
  ];
  return events.map((event, index) => {
    return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`;
  });
}
