import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scrubStream, scrubText } from "../../../lib/proxy/scrub.ts";
import { Secret } from "../../../lib/secret.ts";

const text = "sk-aabaabaac-provider-key";
const providerKey = new Secret(text);

/** What comes out, by incoming chunk. */
async function scrub(chunks: readonly string[], secret = providerKey): Promise<string[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk, "latin1"));
      controller.close();
    },
  }).pipeThrough(scrubStream(secret));
  const out: string[] = [];
  for await (const chunk of stream) out.push(Buffer.from(chunk).toString("latin1"));
  return out;
}

/** Nothing of it at all, nor a beginning of 12 bytes and more where it ends. */
function scrubbed(whole: string): string {
  const rest = whole.replaceAll(text, "[redacted]");
  for (let length = text.length - 1; length >= 12; length -= 1)
    if (rest.endsWith(text.slice(0, length))) return `${rest.slice(0, -length)}[redacted]`;
  return rest;
}

describe("a scrubbed stream", () => {
  test("holds no provider key, wherever the chunks are cut, and loses nothing else", async () => {
    const noise = fc.string({ unit: fc.constantFrom("s", "k", "-", "a", "b", "c", "x"), maxLength: 12 });
    const pieces = fc.array(
      fc.oneof(
        noise,
        fc.constant(text),
        fc.constantFrom(text.slice(0, 9), text.slice(0, 12), text.slice(0, 20)),
      ),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(fc.nat(60), { maxLength: 8 }), async (parts, cuts) => {
        const whole = parts.join("");
        const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, index) => whole.slice(at[index], end));
        expect((await scrub(chunks)).join("")).toBe(scrubbed(whole));
      }),
      { numRuns: 500 },
    );
  });

  test("passes ordinary chunks on as they are, one by one", async () => {
    const chunks = ['data: {"a":1}\n\n', 'data: {"b":2}\n\n', "data: [DONE]\n\n"];
    expect(await scrub(chunks)).toEqual(chunks);
  });

  test("holds back no more than what may be the beginning of the provider key", async () => {
    expect(await scrub(["abc sk-aab", "x"])).toEqual(["abc ", "sk-aabx"]);
  });
});

test("a scrubbed header value holds no provider key", () => {
  expect(scrubText(`a ${text} b ${text}`, providerKey)).toBe("a [redacted] b [redacted]");
});
