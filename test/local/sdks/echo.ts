import { describe, expect, test } from "vitest";
import { CANARY } from "../../support/keys.ts";
import { anthropic, google, openAi, type Connect } from "./clients.ts";
import type { ProviderId } from "./received.ts";

const hi = [{ role: "user" as const, content: "hi" }];

/** The routes by which the stand-in is told how to misbehave; Google's API has the model in the path. */
const routes: Readonly<Record<ProviderId, (model: string) => string>> = {
  openai: () => "/v1/chat/completions",
  anthropic: () => "/v1/messages",
  google: (model) => `/v1beta/models/${model}:generateContent`,
};
const providerIds = Object.keys(routes) as ProviderId[];

/** What the stand-in does with the key that it got: `local/stand-in/echo.ts`. */
const inTheBody = ["", "-bytes", "-gzip", "-br", "-deflate"];

/** Whoever speaks to a provider that sends back the key it got does not see it. */
export function echoes(call: (provider: ProviderId, path: string, body: object) => Promise<Response>): void {
  const send = (provider: ProviderId, model: string, more: object = {}) =>
    call(provider, routes[provider](model), { model, messages: [], ...more });

  describe.each(providerIds)("%s sends the key back", (provider) => {
    test.each(inTheBody)("in the body (echo-key%s)", async (how) => {
      const response = await send(provider, `echo-key${how}`);
      const text = await response.text();
      expect(text).toMatch(/^before (Bearer )?\[redacted\] after$/);
      expectNoKey(response, text);
    });

    test("in the body, in an encoding that not every Node can decode: refused", async () => {
      const failure: unknown = await send(provider, "echo-key-zstd").catch((error: unknown) => error);
      const code = failure instanceof Response ? failure.headers.get("waxseal-error-code") : undefined;
      expect(code ?? (failure as { code?: string }).code).toBe("PROVIDER_UNREACHABLE");
    });

    test("in the body, streamed, cut within the key", async () => {
      const response = await send(provider, "echo-key", { stream: true });
      const text = await response.text();
      expect(text).toMatch(/^before (Bearer )?\[redacted\] after$/);
      expectNoKey(response, text);
    });

    test("in values and names of headers", async () => {
      const response = await send(provider, "echo-key-headers");
      expect(response.headers.get("x-request-id")).toBe("req_[redacted]");
      expect(response.headers.get("anthropic-echo")).toBe("[redacted], [redacted]");
      expect(response.headers.get("x-echo")).toBeNull();
      expectNoKey(response, await response.text());
    });
  });
}

/** In capitals or not: names of headers arrive in lower case. */
function expectNoKey(response: Response, text: string): void {
  const seen = [...response.headers].flat().concat(response.statusText, text).join("\n");
  expect(seen.toLowerCase()).not.toContain(CANARY.toLowerCase());
}

/**
 * The stand-in sends a chunk only after the one before was let go of here: had anyone between collected two,
 * the stream would stand still.
 */
export function chunkByChunk(connect: Connect, release: () => Promise<unknown>): void {
  async function countHeld(stream: AsyncIterable<object>): Promise<number> {
    let chunks = 0;
    for await (const chunk of stream) {
      chunks += 1;
      await release();
      // The SDK keeps the `ping` that comes next to itself.
      if ("type" in chunk && chunk.type === "content_block_start") await release();
    }
    return chunks;
  }

  test("OpenAI's stream passes chunk by chunk", async () => {
    const body = { model: "held", messages: hi, stream: true } as const;
    const stream = await openAi(connect("openai")).chat.completions.create(body);
    expect(await countHeld(stream)).toBe(9);
  });

  test("Anthropic's stream passes chunk by chunk", async () => {
    const body = { model: "held", max_tokens: 9, messages: hi, stream: true } as const;
    const stream = await anthropic(connect("anthropic")).messages.create(body);
    expect(await countHeld(stream)).toBe(12);
  });

  test("Google's stream passes chunk by chunk", async () => {
    const body = { model: "held", contents: "hi" };
    expect(await countHeld(await google(connect("google")).models.generateContentStream(body))).toBe(7);
  });
}
