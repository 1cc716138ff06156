import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { binaryMediaTypes, type Route } from "../../lib/routes.ts";
import { localAccountId } from "../stack.ts";
import type { Match } from "./match.ts";
import type { RequestTarget } from "../http/request-target.ts";

/**
 * The event of a REST API's Lambda proxy integration (API Gateway Developer Guide, "Input format of a
 * Lambda function for proxy integration"), for what our handlers may look at.
 */
export function proxyEvent(
  request: IncomingMessage,
  target: RequestTarget,
  { route, pathParameters }: { readonly route: Route; readonly pathParameters: Match["pathParameters"] },
  body: Buffer,
) {
  const multiValueHeaders = headersOf(request);
  const multiValueQueryStringParameters = queryOf(target);
  const mediaType = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isBase64Encoded = binaryMediaTypes.includes(mediaType);
  return {
    resource: route.path,
    path: target.path,
    httpMethod: request.method ?? "GET",
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: lastOf(multiValueQueryStringParameters),
    multiValueQueryStringParameters,
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: localAccountId,
      apiId: "local",
      httpMethod: request.method,
      identity: { sourceIp: "127.0.0.1", userAgent: request.headers["user-agent"] ?? null },
      path: `/local${target.path}`,
      protocol: "HTTP/1.1",
      requestId: randomUUID(),
      requestTimeEpoch: Date.now(),
      resourcePath: route.path,
      stage: "local",
    },
    body: body.byteLength === 0 ? null : body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}

type MultiValues = Record<string, string[]>;

/** Without what objects inherit: a caller may send a header or a parameter named `constructor`. */
const noValues = () => Object.create(null) as MultiValues;

function headersOf(request: IncomingMessage): MultiValues {
  const headers = noValues();
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    (headers[rawHeaders[index] ?? ""] ??= []).push(rawHeaders[index + 1] ?? "");
  }
  return headers;
}

function queryOf(target: RequestTarget): MultiValues | null {
  const query = noValues();
  for (const [name, value] of target.query) (query[name] ??= []).push(value);
  return Object.keys(query).length > 0 ? query : null;
}

function lastOf(values: MultiValues): Record<string, string>;
function lastOf(values: MultiValues | null): Record<string, string> | null;
function lastOf(values: MultiValues | null): Record<string, string> | null {
  if (!values) return null;
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));
}
