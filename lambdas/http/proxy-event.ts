import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { providers } from "../../lib/compose.ts";
import type { ProxyRequest } from "../../lib/proxy/target.ts";
import { WaxsealError } from "../../lib/errors.ts";
import { headerValues, type ApiEvent } from "./event.ts";

/** The `{provider}` of a proxied route: `openai`, or `openai@name` for one of several. */
export function addressee(event: ApiEvent): { providerId: string; name: string | undefined } {
  const [providerId = "", ...name] = (event.pathParameters?.["provider"] ?? "").split("@");
  return { providerId, name: name.length > 0 ? name.join("@") : undefined };
}

/** The header in which the provider's official SDK sends its key; ours is the token that is there. */
export function sdkHeader(event: ApiEvent): string | undefined {
  const { providerId } = addressee(event);
  return providers().find(({ id }) => id === providerId)?.authorization.name;
}

/** The call below the proxied path. API Gateway has decoded the path once; it is not decoded again. */
export function proxyRequest(event: ApiEvent): ProxyRequest {
  const query = Object.entries(event.multiValueQueryStringParameters ?? {});
  return {
    method: event.httpMethod,
    path: `/${event.pathParameters?.["path"] ?? ""}`,
    query: Object.fromEntries(query.map(([name, values]) => [name, values ?? []])),
  };
}

/**
 * @throws {WaxsealError} `UNSUPPORTED_MEDIA_TYPE` for an encoded body: its bytes did not survive as text;
 *   `INVALID_REQUEST` for a `GET` with a body.
 */
export function requestBody(event: ApiEvent): Uint8Array | undefined {
  if (headerValues(event, "content-encoding").length > 0) throw new WaxsealError("UNSUPPORTED_MEDIA_TYPE");
  if (!event.body) return undefined;
  if (event.httpMethod === "GET") throw new WaxsealError("INVALID_REQUEST");
  return Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
}

/** The caller's headers; where one is repeated, its last value. @throws {WaxsealError} `INVALID_REQUEST`. */
export function callerHeaders(event: ApiEvent): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) setHeader(headers, name, value);
  }
  return headers;
}

/** The gateway passes no malformed header on, a forged event may. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    throw new WaxsealError("INVALID_REQUEST");
  }
}

/**
 * Whatever the provider says: an answer is one person's, and is no page, where the API is served under the
 * origin of the application that holds its sessions.
 */
const OF_ONE_PERSON = {
  "cache-control": "no-store",
  "content-security-policy": "sandbox",
  "x-content-type-options": "nosniff",
};

/** A provider's answer as a streaming Lambda returns it. */
export function streamedAnswer(response: Response) {
  return {
    statusCode: response.status,
    headers: { ...Object.fromEntries(response.headers), ...OF_ONE_PERSON },
    // The global and Node's own type of the same class differ in the type declarations.
    body: response.body ? Readable.fromWeb(response.body as NodeReadableStream<Uint8Array>) : "",
  };
}
