import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { problem } from "../../lib/problem.ts";
import { gatewayProblems } from "../../lib/routes.ts";
import type { InvocationResult } from "../lambda/environment.ts";
import type { HttpMetadata } from "../lambda/messages.ts";
import type { GatewayResource, Preflight } from "../stack.ts";

export type GatewayProblem = keyof typeof gatewayProblems;

/** One of the answers that the gateway gives itself, with the headers that the template gives it. */
export function answerProblem(
  response: ServerResponse,
  type: GatewayProblem,
  gateway?: GatewayResource,
): void {
  const { status, code, title } = gatewayProblems[type];
  const headers = mapped(gateway?.answerHeaders[type] ?? {}, response.req);
  response.writeHead(status, { "content-type": "application/problem+json", ...headers });
  response.end(JSON.stringify(problem(status, code, title)));
}

/** To a request that asks before another: by the mock integration of its resource. */
export function answerPreflight(response: ServerResponse, { status, headers, origins }: Preflight): void {
  const { origin } = response.req.headers;
  const allowed = origin !== undefined && origins.includes(origin);
  response.writeHead(status, { ...headers, ...(allowed && { "access-control-allow-origin": origin }) });
  response.end();
}

/** API Gateway Developer Guide, "Gateway responses": a header is a constant in quotes, or one of the request's. */
function mapped(values: Readonly<Record<string, string>>, request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const source = /^method\.request\.header\.(.+)$/.exec(value)?.[1]?.toLowerCase();
    const text = source === undefined ? value.slice(1, -1) : request.headers[source];
    if (typeof text === "string") headers[name] = text;
  }
  return headers;
}

/** To a request under another name than this machine's: a web page's, after DNS rebinding. */
export function answerForeignHost(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(problem(403, "FOREIGN_HOST", "Host must be this machine's loopback address")));
}

/** Passes a function's answer on; one that is not of the documented form is `malformed`. */
export async function answerResult(
  response: ServerResponse,
  result: InvocationResult,
  malformed: () => void,
): Promise<void> {
  if (result.streamed) {
    writeHead(response, result.metadata);
    response.flushHeaders();
    // A function that fails in the middle, and a client that goes away, both end here: the connection is cut.
    await pipeline(result.body, response).catch(() => response.destroy());
    return;
  }
  if (!isProxyResult(result.value)) {
    malformed();
    return;
  }
  const { body = "", isBase64Encoded = false } = result.value;
  writeHead(response, result.value);
  response.end(Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
}

interface ProxyResult extends HttpMetadata {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

function isProxyResult(value: unknown): value is ProxyResult {
  if (typeof value !== "object" || value === null) return false;
  const { statusCode, headers, multiValueHeaders, body } = value as Partial<Record<string, unknown>>;
  const isMap = (map: unknown) => map === undefined || map === null || typeof map === "object";
  return (
    isHttpStatus(statusCode) &&
    isMap(headers) &&
    isMap(multiValueHeaders) &&
    (body === undefined || typeof body === "string")
  );
}

function isHttpStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

/** API Gateway renames it (Developer Guide, "Important notes": headers that are remapped); clients see that. */
function remapped(name: string): string {
  return name.toLowerCase() === "www-authenticate" ? `x-amzn-remapped-${name}` : name;
}

function writeHead(response: ServerResponse, metadata: HttpMetadata): void {
  const { statusCode, headers, multiValueHeaders, cookies } = metadata;
  response.statusCode = statusCode;
  if (cookies) response.setHeader("set-cookie", cookies);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(remapped(name), value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    response.setHeader(remapped(name), values);
  }
}
