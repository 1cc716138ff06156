import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import { findProvider } from "../../lib/providers/find.ts";
import { registry } from "../../lib/providers/registry.ts";
import { forward } from "../../lib/proxy/forward.ts";
import { scrubStream } from "../../lib/proxy/scrub.ts";
import { Secret } from "../../lib/secret.ts";
import { canaryKey, CANARY } from "../support/local-system.ts";

/** Calls a provider that answers with these very bytes. */
async function callProvider(answer: (providerKey: string) => string | Uint8Array): Promise<Response> {
  const providerKey = canaryKey();
  const server = createServer((socket) => {
    socket.once("data", () => socket.end(answer(providerKey)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const call = {
      provider: findProvider(registry, "openai"),
      target: "/v1/models",
      method: "GET",
      headers: new Headers(),
      body: undefined,
      signal: AbortSignal.timeout(5000),
    };
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const use = {
      slot: "openai/default",
      useId: "use",
      origin,
      noteHealth: () => Promise.resolve(),
    } as const;
    return await forward(call, { ...use, providerKey: new Secret(providerKey) });
  } finally {
    server.close();
  }
}

/** What is left of these chunks when the key is scrubbed from them. */
async function scrubbed(chunks: readonly string[], providerKey: string): Promise<string> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
      controller.close();
    },
  });
  return new Response(stream.pipeThrough(scrubStream(new Secret(providerKey)))).text();
}

describe("a provider that sends the key back in pieces", () => {
  const providerKey = canaryKey();
  const text = `before ${providerKey} after`;

  test("cut at any two places", async () => {
    for (let first = 1; first < text.length; first += 1) {
      for (let second = first; second < text.length; second += 1) {
        const chunks = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        expect(await scrubbed(chunks, providerKey)).toBe("before [redacted] after");
      }
    }
  });

  test("byte by byte, again and again, with beginnings of it between", async () => {
    const many = `${providerKey}${providerKey.slice(0, 9)}${providerKey}${providerKey.slice(0, -1)} ${text}`;
    const shown = await scrubbed(many.split(""), providerKey);
    const between = ["[redacted]", providerKey.slice(0, 9), "[redacted]", providerKey.slice(0, -1)].join("");
    expect(shown).toBe(`${between} before [redacted] after`);
  });
});

describe("a provider that sends the key back encoded, though nobody asked", () => {
  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["gzip, br", (text: string) => brotliCompressSync(gzipSync(text))],
  ] as const)("%s", async (encoding, compress) => {
    const response = await callProvider((providerKey) => {
      const body = compress(`before ${providerKey} after`);
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), body]);
    });
    expect(await response.text()).toBe("before [redacted] after");
    expect(response.headers.has("content-encoding")).toBe(false);
  });

  // Node's `fetch` leaves these as they came (zstd in older versions), and the caller could decode them.
  test.each(["unknown", "gzip, unknown", "unknown, gzip", "identity, gzip", "zstd"])(
    "%s is refused",
    async (encoding) => {
      const answer = callProvider((providerKey) => {
        const body = gzipSync(`before ${providerKey} after`);
        const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
        return Buffer.concat([Buffer.from(head), body]);
      });
      await expect(answer).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE" });
    },
  );
});

test("an unreadable body that quotes the provider key fails with an error that does not", async () => {
  const response = await callProvider(
    (providerKey) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nZZ ${providerKey}\r\n`,
  );
  const failure: unknown = await response.text().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "PROVIDER_UNREACHABLE" });
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(CANARY);
});

test("a header that has the provider key as its name stays behind", async () => {
  const response = await callProvider(
    (providerKey) =>
      `HTTP/1.1 200 OK\r\nopenai-${providerKey}: x\r\nopenai-other: y\r\ncontent-length: 0\r\n\r\n`,
  );
  const names = [...response.headers.keys()].filter((name) => !name.startsWith("waxseal-"));
  expect(names).toEqual(["openai-other"]);
});

test("a status that is none is an unreachable provider", async () => {
  const answer = callProvider(() => "HTTP/1.1 600 Odd\r\ncontent-length: 0\r\n\r\n");
  await expect(answer).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE" });
});

test("a subject that is not well-formed Unicode is nobody: two of them would be one owner", () => {
  for (const subject of ["x\ud800", "\udfffx"]) {
    expect(() => ownerIdOf("https://issuer.example", subject)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
  }
});
