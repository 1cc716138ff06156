import type { ServerResponse } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import type { StandInCall } from "./send.ts";

type Echo = (call: StandInCall, response: ServerResponse) => Promise<void> | void;

const before = (call: StandInCall) => `before ${call.credential} after`;
const plainText = { "content-type": "text/plain" };

/**
 * Ways in which a provider may send back the key that it got.
 *
 * The last two are for what the proxy does not promise: it finds the exact bytes of the key, not an encoding.
 */
export const echoes: Readonly<Record<string, Echo>> = {
  /** In a header, and in the body, which streamed is cut within the key. */
  "echo-key": async (call, response) => {
    response.writeHead(200, { ...plainText, "openai-echo": call.credential });
    await writePieces(response, before(call), call.body["stream"] === true ? 7 : Infinity);
  },
  "echo-key-bytes": async (call, response) => {
    response.writeHead(200, plainText);
    await writePieces(response, before(call), 1);
  },
  "echo-key-gzip": encoded("gzip", gzipSync),
  "echo-key-br": encoded("br", brotliCompressSync),
  /** What HTTP calls deflate is the zlib format (RFC 9110, section 8.4.1.2). */
  "echo-key-deflate": encoded("deflate", deflateSync),
  "echo-key-zstd": encoded("zstd", zstdCompressSync),
  /** In values and in names of headers, those that callers get and those that they do not. */
  "echo-key-headers": ({ credential }, response) => {
    const bare = credential.replace(/^Bearer /, "");
    response.writeHead(200, {
      ...plainText,
      "openai-echo": credential,
      "anthropic-echo": `${bare}, ${bare}`,
      "x-request-id": `req_${bare}`,
      "x-ratelimit-limit-requests": bare,
      "content-disposition": `inline; filename="${bare}"`,
      "set-cookie": `session=${bare}`,
      "x-echo": bare,
      [`openai-${bare}`]: "in the name",
      [`x-ratelimit-${bare.toUpperCase()}-limit`]: "in the name, in capitals",
    });
    response.end("headers");
  },
  "echo-key-base64": ({ credential }, response) => {
    response.writeHead(200, plainText).end(Buffer.from(credential).toString("base64"));
  },
  "echo-key-json-escaped": ({ credential }, response) => {
    const escaped = credential.replaceAll("-", String.raw`\u002d`);
    response.writeHead(200, { "content-type": "application/json" }).end(`{"echo":"${escaped}"}`);
  },
};

/** Encoded though nobody asked for it. */
function encoded(encoding: string, compress: (text: string) => Buffer): Echo {
  return (call, response) => {
    response.writeHead(200, { ...plainText, "content-encoding": encoding }).end(compress(before(call)));
  };
}

async function writePieces(response: ServerResponse, text: string, length: number): Promise<void> {
  for (let at = 0; at < text.length; at += length) {
    response.write(text.slice(at, at + length));
    await sleep(2);
  }
  response.end();
}
