import type { LambdaFunctionURLEvent } from "aws-lambda";
import { WaxsealError } from "../../lib/errors.ts";
import { actingRoutes } from "../../lib/routes.ts";
import type { ApiEvent } from "./event.ts";

/** Names the user that a back end acts for. */
const USER_ID_HEADER = "waxseal-user-id";
/**
 * What HTTP libraries read alike in a header. Of other characters it is not said in which encoding a function
 * URL hands them on, and half a name is another person's.
 */
const USER_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/;

/**
 * A function URL's event (payload format 2.0; Lambda Developer Guide, "Invoking Lambda function URLs") in the
 * form of the gateway's. Of `actingRoutes` it has the one that its path is of, or none.
 *
 * Paths come as they were sent, unlike those of API Gateway's parameters (middleapi/standard-server #93,
 * September 2026). They stay so: no call that the proxy passes on has a percent sign, and what is not decoded is
 * not decoded twice.
 */
export function fromFunctionUrl(event: LambdaFunctionURLEvent): ApiEvent {
  const { method, sourceIp } = event.requestContext.http;
  const headers = Object.entries(event.headers).filter((header) => header[1] !== undefined);
  return {
    ...routeIn(method, event.rawPath),
    path: event.rawPath,
    httpMethod: method,
    headers: event.headers,
    multiValueHeaders: Object.fromEntries(headers.map(([name, value]) => [name, [value ?? ""]])),
    multiValueQueryStringParameters: queryOf(event.rawQueryString),
    requestContext: { identity: { sourceIp } },
    body: event.body ?? null,
    isBase64Encoded: event.isBase64Encoded,
  };
}

/** The ARN of who signed the request, as Lambda says. */
export function callerArnOf(event: LambdaFunctionURLEvent): string | undefined {
  const { authorizer } = event.requestContext as { authorizer?: { iam?: { userArn?: unknown } } };
  const userArn = authorizer?.iam?.userArn;
  return typeof userArn === "string" ? userArn : undefined;
}

/** @throws {WaxsealError} `INVALID_REQUEST` if no user is named, or in no form that is sure to be read right. */
export function userIdOf(event: LambdaFunctionURLEvent): string {
  const values = Object.entries(event.headers).filter(([name]) => name.toLowerCase() === USER_ID_HEADER);
  const [userId, ...others] = values.map(([, value]) => value ?? "");
  if (userId === undefined || others.length > 0 || !USER_ID.test(userId)) {
    throw new WaxsealError("INVALID_REQUEST");
  }
  return userId;
}

function routeIn(method: string, path: string): Pick<ApiEvent, "resource" | "pathParameters"> {
  for (const route of actingRoutes) {
    const isMethod = route.method === "ANY" || route.method === method;
    const pathParameters = isMethod ? parametersOf(route.path, path) : undefined;
    if (pathParameters) return { resource: route.path, pathParameters };
  }
  return { resource: "", pathParameters: null };
}

/** `{name}` is one segment that is not empty, `{name+}` the rest. */
function parametersOf(pattern: string, path: string): Record<string, string> | undefined {
  const source = pattern.replaceAll(/\{(\w+)(\+?)\}/g, (_all, name: string, rest: string) => {
    return rest ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
  });
  const match = new RegExp(`^${source}$`, "s").exec(path);
  return match ? { ...match.groups } : undefined;
}

/** From the raw query: the ready-made map joins repeated parameters with commas. */
function queryOf(rawQuery: string): Record<string, string[]> | null {
  const query = new URLSearchParams(rawQuery);
  if (query.size === 0) return null;
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
}
