/**
 * API Gateway's part, from the route table: finds the route, makes the proxy event, invokes the function,
 * passes its answer on; with the documented limits (10 MB a request, 10,240 bytes of headers, 6 MB an event for Lambda).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { routes } from "../../lib/routes.ts";
import { readLimited } from "../http/read-limited.ts";
import type { InvocationResult } from "../lambda/environment.ts";
import { answerProblem, answerResult } from "./answer.ts";
import { proxyEvent } from "./event.ts";
import { matchRoute } from "./match.ts";
import type { RequestTarget } from "../http/request-target.ts";

const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** Request line and headers together. */
const MAX_HEADER_BYTES = 10_240;

export type Invoke = (functionName: string, event: unknown) => Promise<InvocationResult>;

export async function handleApiRequest(
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  invoke: Invoke,
): Promise<void> {
  const match = matchOf(request, target.path);
  if (match === "malformed") {
    answerProblem(response, "DEFAULT_4XX");
    return;
  }
  if (!match) {
    answerProblem(response, "MISSING_AUTHENTICATION_TOKEN");
    return;
  }
  const body = await readLimited(request, MAX_REQUEST_BYTES);
  const event = body && proxyEvent(request, target, match, body);
  if (!event || Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) {
    answerProblem(response, "REQUEST_TOO_LARGE");
    return;
  }
  const result = await invoke(match.route.function, event).catch(() => undefined);
  if (!result) {
    answerProblem(response, "DEFAULT_5XX");
    return;
  }
  return answerResult(response, result);
}

function matchOf({ method = "GET", url = "/", rawHeaders }: IncomingMessage, path: string) {
  if (method.length + url.length + rawHeaders.join(": ").length > MAX_HEADER_BYTES) return "malformed";
  try {
    decodeURIComponent(url);
    return matchRoute(routes, method, path);
  } catch {
    return "malformed";
  }
}
