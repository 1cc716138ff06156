import OpenAI, { toFile } from "openai";
import { describe, expect, test } from "vitest";
import { collect, file, weather, words } from "./conversations.ts";

const model = "gpt-test";
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "hi" }];
const { name, schema: parameters, input } = weather;
const chatTool = { type: "function" as const, function: { name, parameters } };
const responseTool = { type: "function" as const, name, parameters, strict: true };

/** OpenAI's official SDK at work, whatever is between it and the provider. */
export function openAiSdk(client: () => OpenAI): void {
  describe("OpenAI's SDK, chat", () => {
    test("whole", async () => {
      const chat = await client().chat.completions.create({ model, messages });
      expect(chat.choices[0]?.message.content).toBe(words);
    });

    test("streamed, with usage", async () => {
      const options = { stream: true, stream_options: { include_usage: true } } as const;
      const chunks = await collect(await client().chat.completions.create({ model, messages, ...options }));
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(words);
      expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(0);
    });

    test("a tool, there and back", async () => {
      const first = await client().chat.completions.create({ model, messages, tools: [chatTool] });
      const asked = first.choices[0]!.message;
      const call = asked.tool_calls?.[0] as OpenAI.ChatCompletionMessageFunctionToolCall;
      expect([call.function.name, JSON.parse(call.function.arguments)]).toEqual([name, input]);
      const result = { role: "tool" as const, tool_call_id: call.id, content: "rain" };
      const all = [...messages, asked, result];
      const second = await client().chat.completions.create({ model, messages: all, tools: [chatTool] });
      expect(second.choices[0]?.message.content).toBe(words);
    });

    test("a tool, streamed", async () => {
      const runner = client().chat.completions.stream({ model, messages, tools: [chatTool] });
      const call = (await runner.finalMessage())
        .tool_calls![0] as OpenAI.ChatCompletionMessageFunctionToolCall;
      expect([call.function.name, JSON.parse(call.function.arguments)]).toEqual([name, input]);
    });

    test("an image and a document in a message", async () => {
      const content: OpenAI.ChatCompletionContentPart[] = [
        { type: "image_url", image_url: { url: `data:image/png;base64,${file.base64}` } },
        { type: "file", file: { filename: "a", file_data: `data:application/pdf;base64,${file.base64}` } },
      ];
      const chat = await client().chat.completions.create({ model, messages: [{ role: "user", content }] });
      const text = chat.choices[0]?.message.content;
      expect(text?.trim()).toBe(`${file.seen("image/png")} ${file.seen("application/pdf")}`);
    });
  });

  describe("OpenAI's SDK, responses", () => {
    test("whole", async () => {
      expect((await client().responses.create({ model, input: "hi" })).output_text).toBe(words);
    });

    test("streamed", async () => {
      const events = await collect(await client().responses.create({ model, input: "hi", stream: true }));
      const texts = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : ""));
      expect([texts.join(""), events.at(-1)?.type]).toEqual([words, "response.completed"]);
    });

    test("a tool, streamed, there and back", async () => {
      const tools = [responseTool];
      const first = await client().responses.stream({ model, input: "hi", tools }).finalResponse();
      const call = first.output[0] as OpenAI.Responses.ResponseFunctionToolCall;
      expect([call.name, JSON.parse(call.arguments)]).toEqual([name, input]);
      const output = { type: "function_call_output" as const, call_id: call.call_id, output: "rain" };
      const second = await client().responses.create({ model, input: [call, output], tools });
      expect(second.output_text).toBe(words);
    });

    test("an image", async () => {
      const image_url = `data:image/png;base64,${file.base64}`;
      const content = [{ type: "input_image" as const, image_url, detail: "auto" as const }];
      const response = await client().responses.create({ model, input: [{ role: "user", content }] });
      expect(response.output_text.trim()).toBe(file.seen("image/png"));
    });
  });

  describe("OpenAI's SDK, the rest", () => {
    test("embeddings, in the encoding that the SDK chooses", async () => {
      const { data } = await client().embeddings.create({ model: "e", input: "hi" });
      expect(data[0]?.embedding).toEqual([0.25, 0.5, 0.75]);
    });

    test("models", async () => {
      expect((await collect(client().models.list())).map(({ id }) => id)).toEqual(["stand-in"]);
      expect((await client().models.retrieve("gpt-test.1")).id).toBe("gpt-test.1");
    });

    test("a transcription: a file in a form", async () => {
      const audio = await toFile(file.bytes, "hello.wav", { type: "audio/wav" });
      const heard = await client().audio.transcriptions.create({ model: "whisper-1", file: audio });
      expect(heard.text).toBe(`I hear audio/wav of ${file.bytes.byteLength} bytes.`);
    });

    test("a moderation, an image, speech", async () => {
      const moderation = await client().moderations.create({ input: "hi" });
      expect(moderation.results[0]?.flagged).toBe(false);
      const images = await client().images.generate({ model: "gpt-image", prompt: "a seal" });
      expect(Buffer.from(images.data![0]!.b64_json!, "base64").subarray(1, 4).toString()).toBe("PNG");
      const speech = await client().audio.speech.create({ model: "tts", voice: "alloy", input: "hi" });
      expect(Buffer.from(await speech.arrayBuffer()).toString()).toBe("ID3 stand-in");
    });
  });
}
