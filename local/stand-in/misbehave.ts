import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { modelOf, sendJson, type StandInCall } from "./send.ts";

type Behaviour = (call: StandInCall, response: ServerResponse) => Promise<void> | void;

/** What a provider may do otherwise or wrong, by the model name that asks for it; for trying the proxy. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  /** Sends the key it got back: in a header, and in the body, which streamed is cut within the key. */
  "echo-key": async ({ authorization, body }, response) => {
    response.writeHead(200, { "content-type": "text/plain", "openai-echo": authorization });
    const text = `before ${authorization} after`;
    const step = body["stream"] === true ? 7 : text.length;
    for (let at = 0; at < text.length; at += step) {
      response.write(text.slice(at, at + step));
      await sleep(5);
    }
    response.end();
  },
  "echo-key-gzip": ({ authorization }, response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" });
    response.end(gzipSync(`before ${authorization} after`));
  },
  /** No misbehaviour: tells which key arrived by its hash, so that a test sees whose it was. */
  "tell-fingerprint": ({ authorization }, response) => {
    response.setHeader("openai-fingerprint", createHash("sha256").update(authorization).digest("hex"));
    sendJson(response, 200, {});
  },
  redirect: (_call, response) => {
    response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
  },
  slow: async (_call, response) => {
    response.writeHead(200, { "content-type": "text/plain" }).write("slow");
    await sleep(60_000, undefined, { ref: false });
    response.end();
  },
  cut: async (_call, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    await sleep(50);
    response.destroy();
  },
  "lying-length": async (_call, response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-length": "1000" }).write("short");
    await sleep(50);
    response.destroy();
  },
  "error-500": (_call, response) => {
    sendJson(response, 500, { error: { message: "The server had an error", type: "server_error" } });
  },
};

/** @returns whether the request asked for a misbehaviour, and got it. */
export async function misbehave(call: StandInCall, response: ServerResponse): Promise<boolean> {
  const model = modelOf(call, "");
  const behaviour = Object.hasOwn(behaviours, model) ? behaviours[model] : undefined;
  await behaviour?.(call, response);
  return behaviour !== undefined;
}
