import type { ApiEvent } from "../../../lambdas/http/event.ts";

/** An event of the gateway; a header with several values is given as a list. */
export function apiEvent(
  headers: Record<string, string | string[]> = {},
  changes: Partial<ApiEvent> = {},
): ApiEvent {
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat()]),
  );
  return {
    resource: "/v1/provider-keys",
    path: "/v1/provider-keys",
    httpMethod: "GET",
    pathParameters: null,
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, all]) => [name, all.at(-1)])),
    multiValueHeaders,
    multiValueQueryStringParameters: null,
    requestContext: { identity: { sourceIp: "192.0.2.1" } },
    body: null,
    isBase64Encoded: false,
    ...changes,
  };
}
