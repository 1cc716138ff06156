import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { dialectOf } from "./dialect-of.ts";
import { echoes } from "./echo.ts";
import { sendJson, type StandInCall } from "./send.ts";

type Behaviour = (call: StandInCall, response: ServerResponse) => Promise<void> | void;

/** What a provider may do otherwise or wrong, by the model name that asks for it, or by a word of the key; for trying the proxy. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  ...echoes,
  /** No misbehaviour: tells which key arrived by its header's hash, so that a test sees whose it was. */
  "tell-fingerprint": ({ credential }, response) => {
    const fingerprint = createHash("sha256").update(credential).digest("hex");
    sendJson(response, 200, {}, { "openai-fingerprint": fingerprint });
  },
  redirect: (_call, response) => {
    response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
  },
  unanswered: () => undefined,
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
  "error-500": (call, response) => {
    const { status, body } = dialectOf(call).refuse("broken", call);
    sendJson(response, status, body);
  },
};

/** Words of a provider key, for calls that name no model. */
const words = ["redirect", "unanswered", "echo-key"] as const;

/** @returns whether the request asked for a misbehaviour, and got it. */
export async function misbehave(call: StandInCall, response: ServerResponse): Promise<boolean> {
  const asked = words.find((word) => call.credential.includes(word)) ?? call.model;
  const behaviour = Object.hasOwn(behaviours, asked) ? behaviours[asked] : undefined;
  await behaviour?.(call, response);
  return behaviour !== undefined;
}
