import type { APIGatewayProxyEvent } from "aws-lambda";
import { actingRoutes, routes, type Route } from "../../lib/routes.ts";

type AsItIs = "resource" | "path" | "httpMethod" | "pathParameters" | "body" | "isBase64Encoded";
type MaybeNull = "headers" | "multiValueHeaders" | "multiValueQueryStringParameters";

/**
 * What is looked at of what API Gateway hands a function; a request without headers, as a console's test, has
 * `null` for them. Of whom it comes from, only the source address: the rest says nothing sure.
 */
export type ApiEvent = Pick<APIGatewayProxyEvent, AsItIs> & {
  [Name in MaybeNull]: APIGatewayProxyEvent[Name] | null;
} & { readonly requestContext: { readonly identity: { readonly sourceIp: string } } };

const allRoutes: readonly Route[] = [...routes, ...actingRoutes];

/** The route an event came by. A forged event may name none; its errors are problem documents. */
export function routeOf(event: ApiEvent): Route {
  const found = allRoutes.find(
    ({ path, method }) => path === event.resource && (method === "ANY" || method === event.httpMethod),
  );
  return found ?? { method: "ANY", path: "", function: "list", errors: "problem" };
}

/**
 * A header's one value; `undefined` if it is absent, or there more than once.
 *
 * @param name - in lower case; headers arrive in any.
 */
export function singleHeader(event: ApiEvent, name: string): string | undefined {
  const values = headerValues(event, name);
  return values.length === 1 ? values[0] : undefined;
}

/** All values of a header. API Gateway gives both maps; a test event may have either. */
export function headerValues(event: ApiEvent, name: string): string[] {
  const multi = Object.entries(event.multiValueHeaders ?? {}).filter(([key]) => key.toLowerCase() === name);
  if (multi.length > 0) return multi.flatMap(([, values]) => values ?? []);
  const single = Object.entries(event.headers ?? {}).filter(([key]) => key.toLowerCase() === name);
  return single.flatMap(([, value]) => (value === undefined ? [] : [value]));
}
