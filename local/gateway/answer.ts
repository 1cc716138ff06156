import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { problem } from "../../lib/problem.ts";
import { gatewayProblems } from "../../lib/routes.ts";
import type { InvocationResult } from "../lambda/environment.ts";
import type { HttpMetadata } from "../lambda/messages.ts";

/** One of the answers that the gateway gives itself. */
export function answerProblem(response: ServerResponse, type: keyof typeof gatewayProblems): void {
  const { status, code, title } = gatewayProblems[type];
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(problem(status, code, title)));
}

/** To a request under another name than this machine's: a web page's, after DNS rebinding. */
export function answerForeignHost(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(problem(403, "FOREIGN_HOST", "Host must be this machine's loopback address")));
}

/** Passes a function's answer on; one that is not of the documented form is a 502, as at API Gateway. */
export async function answerResult(response: ServerResponse, result: InvocationResult): Promise<void> {
  if (result.streamed) {
    writeHead(response, result.metadata);
    response.flushHeaders();
    // A function that fails in the middle, and a client that goes away, both end here: the connection is cut.
    await pipeline(result.body, response).catch(() => response.destroy());
    return;
  }
  if (!isProxyResult(result.value)) {
    answerProblem(response, "DEFAULT_5XX");
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

function writeHead(response: ServerResponse, { statusCode, headers, multiValueHeaders }: HttpMetadata): void {
  response.statusCode = statusCode;
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(remapped(name), value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    response.setHeader(remapped(name), values);
  }
}
