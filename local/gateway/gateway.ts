/**
 * API Gateway's part, from the route table: finds the route, makes the proxy event, invokes the function,
 * passes its answer on; with the documented limits (10 MB a request, 10,240 bytes of headers, 6 MB an event for Lambda).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { routes } from "../../lib/routes.ts";
import { readLimited } from "../http/read-limited.ts";
import type { InvocationResult } from "../lambda/environment.ts";
import type { GatewayResource } from "../stack.ts";
import { answerPreflight, answerProblem, answerResult, type GatewayProblem } from "./answer.ts";
import { proxyEvent } from "./event.ts";
import { matchRoute } from "./match.ts";
import type { RequestTarget } from "../http/request-target.ts";

const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** Request line and headers together. */
const MAX_HEADER_BYTES = 10_240;

export type Invoke = (functionName: string, event: unknown) => Promise<InvocationResult>;

export async function handleApiRequest(
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  invoke: Invoke,
  gateway?: GatewayResource,
): Promise<void> {
  const refuse = (type: GatewayProblem) => {
    answerProblem(response, type, gateway);
  };
  const match = matchOf(request, target.path);
  if (match === "malformed") return refuse("DEFAULT_4XX");
  const preflight = match && request.method === "OPTIONS" && gateway?.preflights[match.resource];
  if (preflight) return answerPreflight(response, preflight);
  if (!match?.route) return refuse("MISSING_AUTHENTICATION_TOKEN");

  const { route, pathParameters } = match;
  const body = await readLimited(request, MAX_REQUEST_BYTES);
  const event = body && proxyEvent(request, target, { route, pathParameters }, body);
  if (!event || Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES)
    return refuse("REQUEST_TOO_LARGE");
  const result = await invoke(route.function, event).catch(() => undefined);
  if (!result) return refuse("DEFAULT_5XX");
  await answerResult(response, result, () => refuse("DEFAULT_5XX"));
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
