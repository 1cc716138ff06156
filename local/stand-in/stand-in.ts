/**
 * A stand-in for the providers, on loopback: it speaks enough of OpenAI's API for the official SDK, and
 * keeps what it received, so that one can see that a stored provider key arrived and nothing of the
 * caller's did. Model names choose its misbehaviours: see `misbehave.ts`.
 */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { refusalOf } from "../aws/guard.ts";
import { readLimited } from "../http/read-limited.ts";
import { requestTarget } from "../http/request-target.ts";
import { misbehave } from "./misbehave.ts";
import { answerOpenAi } from "./openai.ts";
import { sendJson } from "./send.ts";

/** One request as `GET /_received` shows it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const MAX_RECEIVED = 100;
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export function standInProvider(): Server {
  const received: ReceivedRequest[] = [];
  return createServer((request, response) => {
    const { method = "GET", url = "/", headers } = request;
    const { path } = requestTarget(url);
    if (path === "/_received") {
      if (refusalOf(headers, request.socket.localPort ?? 0) !== undefined) {
        sendJson(response, 403, { error: "for programs on this machine only" });
        return;
      }
      if (method === "DELETE") received.length = 0;
      sendJson(response, 200, received);
      return;
    }
    received.push({ method, path: url, headers });
    if (received.length > MAX_RECEIVED) received.shift();
    const answered = readLimited(request, MAX_BODY_BYTES).then(async (body) => {
      const call = { method, path, authorization: headers.authorization ?? "", body: parsed(body) };
      if (!(await misbehave(call, response))) await answerOpenAi(call, response);
    });
    // A caller that breaks off while it sends must not end the process.
    answered.catch(() => response.destroy());
  });
}

function parsed(body: Buffer | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
