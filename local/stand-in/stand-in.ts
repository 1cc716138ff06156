/**
 * A stand-in for the providers, on loopback: it speaks enough of their APIs for the official SDKs, and keeps
 * what it received, so that one can see that a stored provider key arrived and nothing of the caller's did.
 *
 * Words in a provider key choose a refusal (`refusal.ts`), they or model names a misbehaviour (`misbehave.ts`); the
 * model `held` streams one chunk for each `POST /_release`. Its own pages are for programs on this machine.
 */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { refusalOf } from "../aws/guard.ts";
import { readLimited } from "../http/read-limited.ts";
import { requestTarget } from "../http/request-target.ts";
import { callOf } from "./call.ts";
import { dialectOf } from "./dialect-of.ts";
import { misbehave } from "./misbehave.ts";
import { refusalFor, type Refusal } from "./refusal.ts";
import { Releases } from "./releases.ts";
import { sendJson, type StandInCall } from "./send.ts";

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
  const releases = new Releases();
  return createServer((request, response) => {
    const { method = "GET", url = "/", headers } = request;
    const { path } = requestTarget(url);
    if (path === "/_received" || path === "/_release") {
      if (refusalOf(headers, request.socket.localPort ?? 0) !== undefined) {
        sendJson(response, 403, { error: "for programs on this machine only" });
        return;
      }
      if (path === "/_release") releases.release();
      else if (method === "DELETE") received.length = 0;
      sendJson(response, 200, received);
      return;
    }
    received.push({ method, path: url, headers });
    if (received.length > MAX_RECEIVED) received.shift();
    const answered = readLimited(request, MAX_BODY_BYTES).then(async (body) => {
      const released = () => releases.next();
      await answer(await callOf({ method, path, headers, released }, body), response);
    });
    // A caller that breaks off while it sends must not end the process.
    answered.catch(() => response.destroy());
  });
}

async function answer(call: StandInCall, response: ServerResponse): Promise<void> {
  const dialect = dialectOf(call);
  const refuse = (why: Refusal) => {
    const { status, body } = dialect.refuse(why, call);
    sendJson(response, status, body, why === "limited" ? { "retry-after": "7" } : {});
  };
  const refusal = refusalFor(call);
  if (refusal) refuse(refusal);
  else if (!(await misbehave(call, response)) && !(await dialect.answer(call, response))) refuse("unknown");
}
