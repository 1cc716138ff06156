import { generateText, isStepCount, jsonSchema, streamText, tool, type LanguageModel } from "ai";
import { describe, expect, test } from "vitest";
import { file, weather, words } from "./conversations.ts";

/** The Vercel AI SDK at work, with one provider's model. */
export function vercelSdk(provider: string, model: () => LanguageModel): void {
  describe(`the Vercel AI SDK with ${provider}`, () => {
    const asked: unknown[] = [];
    const hi = () => ({ model: model(), prompt: "hi", maxOutputTokens: 100, maxRetries: 0 });
    const tools = {
      [weather.name]: tool({
        description: weather.description,
        inputSchema: jsonSchema(weather.schema),
        execute: (input) => {
          asked.push(input);
          return "rain";
        },
      }),
    };

    test("generates and streams text", async () => {
      expect((await generateText(hi())).text).toBe(words);
      expect(await streamText(hi()).text).toBe(words);
    });

    test("a tool, there and back, whole and streamed", async () => {
      asked.length = 0;
      const prompt = { ...hi(), tools, stopWhen: isStepCount(3) };
      expect((await generateText(prompt)).text).toBe(words);
      expect(await streamText(prompt).text).toBe(words);
      expect(asked).toEqual([weather.input, weather.input]);
    });

    test("a file", async () => {
      const content = [{ type: "file" as const, data: file.bytes, mediaType: "image/png" }];
      const messages = [{ role: "user" as const, content }];
      const { text } = await generateText({ model: model(), messages, maxOutputTokens: 100 });
      expect(text.trim()).toBe(file.seen("image/png"));
    });
  });
}
