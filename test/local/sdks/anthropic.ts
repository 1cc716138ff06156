import type Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { collect, file, weather, words } from "./conversations.ts";

const base = { model: "claude-test", max_tokens: 100 };
const messages: Anthropic.MessageParam[] = [{ role: "user", content: "hi" }];
const { name, schema: input_schema, input } = weather;
const tools = [{ name, input_schema }];

/** Anthropic's official SDK at work, whatever is between it and the provider. */
export function anthropicSdk(client: () => Anthropic): void {
  describe("Anthropic's SDK", () => {
    test("a message, whole", async () => {
      const message = await client().messages.create({ ...base, messages });
      expect(message).toMatchObject({ content: [{ type: "text", text: words }], stop_reason: "end_turn" });
    });

    test("a message, streamed", async () => {
      const events = await collect(await client().messages.create({ ...base, messages, stream: true }));
      const texts = events.map((event) =>
        event.type === "content_block_delta" && event.delta.type === "text_delta" ? event.delta.text : "",
      );
      expect([texts.join(""), events.at(-1)?.type]).toEqual([words, "message_stop"]);
    });

    test("a message, by the stream helper", async () => {
      expect(
        await client()
          .messages.stream({ ...base, messages })
          .finalText(),
      ).toBe(words);
    });

    test("a tool, streamed as pieces of JSON, there and back", async () => {
      const pieces: string[] = [];
      const stream = client().messages.stream({ ...base, messages, tools });
      stream.on("inputJson", (piece) => pieces.push(piece));
      const first = await stream.finalMessage();
      const use = first.content[0] as Anthropic.ToolUseBlock;
      expect(first.stop_reason).toBe("tool_use");
      expect([use.name, use.input, JSON.parse(pieces.join(""))]).toEqual([name, input, input]);
      const result = { type: "tool_result" as const, tool_use_id: use.id, content: "rain" };
      const all: Anthropic.MessageParam[] = [
        ...messages,
        { role: "assistant", content: first.content },
        { role: "user", content: [result] },
      ];
      const second = await client().messages.create({ ...base, messages: all, tools });
      expect(second.content).toMatchObject([{ text: words }]);
    });

    test("a tool, whole", async () => {
      const { content } = await client().messages.create({ ...base, messages, tools });
      expect(content).toMatchObject([{ type: "tool_use", name, input }]);
    });

    test("an image and a document in a message", async () => {
      const source = { type: "base64" as const, data: file.base64 };
      const content: Anthropic.ContentBlockParam[] = [
        { type: "image", source: { ...source, media_type: "image/png" } },
        { type: "document", source: { ...source, media_type: "application/pdf" } },
      ];
      const message = await client().messages.create({ ...base, messages: [{ role: "user", content }] });
      const [block] = message.content as Anthropic.TextBlock[];
      expect(block?.text.trim()).toBe(`${file.seen("image/png")} ${file.seen("application/pdf")}`);
    });

    test("counts tokens, and lists models", async () => {
      const { input_tokens } = await client().messages.countTokens({ model: base.model, messages });
      expect(input_tokens).toBe(5);
      expect((await collect(client().models.list({ limit: 5 }))).map(({ id }) => id)).toEqual(["stand-in"]);
      expect((await client().models.retrieve("claude-test")).id).toBe("claude-test");
    });

    test("a beta message, which sends its own query and header", async () => {
      const betas = ["files-api-2025-04-14"];
      const message = await client().beta.messages.create({ ...base, messages, betas });
      expect(message.content).toMatchObject([{ text: words }]);
    });
  });
}
