import type { GoogleGenAI, Content } from "@google/genai";
import { describe, expect, test } from "vitest";
import { collect, file, weather, words } from "./conversations.ts";

const model = "gemini-test";
const { name, schema: parametersJsonSchema, input } = weather;
const config = { tools: [{ functionDeclarations: [{ name, parametersJsonSchema }] }] };

/** Google's official SDK at work, whatever is between it and the provider. */
export function googleSdk(client: () => GoogleGenAI): void {
  describe("Google's SDK", () => {
    test("content, whole", async () => {
      expect((await client().models.generateContent({ model, contents: "hi" })).text).toBe(words);
    });

    test("content, streamed", async () => {
      const chunks = await collect(await client().models.generateContentStream({ model, contents: "hi" }));
      expect(chunks.length).toBeGreaterThan(5);
      expect(chunks.map(({ text }) => text ?? "").join("")).toBe(words);
    });

    test("a function, there and back", async () => {
      const first = await client().models.generateContent({ model, contents: "hi", config });
      expect(first.functionCalls).toMatchObject([{ name, args: input }]);
      const response = { functionResponse: { name, response: { output: "rain" } } };
      const contents: Content[] = [first.candidates![0]!.content!, { role: "user", parts: [response] }];
      expect((await client().models.generateContent({ model, contents, config })).text).toBe(words);
    });

    test("a function, streamed", async () => {
      const chunks = await collect(
        await client().models.generateContentStream({ model, contents: "hi", config }),
      );
      expect(chunks.flatMap(({ functionCalls }) => functionCalls ?? [])).toMatchObject([
        { name, args: input },
      ]);
    });

    test("an image among the parts", async () => {
      const parts = [{ text: "look" }, { inlineData: { mimeType: "image/png", data: file.base64 } }];
      const { text } = await client().models.generateContent({ model, contents: [{ role: "user", parts }] });
      expect(text?.trim()).toBe(file.seen("image/png"));
    });

    test("counts tokens, embeds, lists models", async () => {
      const { models } = client();
      expect((await models.countTokens({ model, contents: "hi" })).totalTokens).toBe(5);
      const { embeddings } = await models.embedContent({ model: "embedding-test", contents: ["a", "b"] });
      expect(embeddings?.map(({ values }) => values)).toEqual([
        [0.25, 0.5, 0.75],
        [0.25, 0.5, 0.75],
      ]);
      expect((await collect(await models.list())).map((each) => each.name)).toEqual(["models/stand-in"]);
      expect((await models.get({ model })).name).toBe("models/gemini-test");
    });
  });
}
