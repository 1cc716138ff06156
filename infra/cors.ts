/**
 * CORS, as far as API Gateway itself answers: preflights, and its own errors. The functions' answers have
 * their headers from the functions. Cookies are never allowed across origins: no answer has
 * `Access-Control-Allow-Credentials`.
 */
import { Duration } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { exposedHeaders } from "../lib/cors.ts";
import { routes } from "../lib/routes.ts";

/** What `ANY` stands for: the methods of the calls that the proxy passes on (`AllowedCall`). */
const proxied = ["GET", "POST", "DELETE"];

/** A preflight carries no token, so it is answered before any function: a mock integration on each resource. */
export function addPreflights(restApi: RestApi, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return;
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    restApi.root.resourceForPath(path).addCorsPreflight({
      allowOrigins: [...allowedOrigins],
      allowMethods: ofPath.flatMap(({ method }) => (method === "ANY" ? proxied : [method])),
      // The wildcard is every name but this one (Fetch standard, "CORS non-wildcard request-header name",
      // read in November 2026). The SDKs of providers send headers of their own.
      allowHeaders: ["*", "authorization"],
      // As long as Chromium remembers one at most (MDN, "Access-Control-Max-Age").
      maxAge: Duration.hours(2),
    });
  }
}

/**
 * For the gateway's own answers. Of several origins they cannot pick the one that asks: their templates are
 * no VTL, and a header is a constant or whatever a request's header says (API Gateway, "Gateway responses for
 * REST APIs", read in November 2026), which would be any origin. So it is `*`, and says so; the answers are
 * constant, and without credentials any page may know that the API refused it.
 */
export function gatewayCorsHeaders(allowedOrigins: readonly string[]): Record<string, string> {
  const [origin, ...others] = allowedOrigins;
  if (origin === undefined) return {};
  return {
    "Access-Control-Allow-Origin": quoted(others.length > 0 ? "*" : origin),
    "Access-Control-Expose-Headers": quoted(exposedHeaders.join(", ")),
  };
}

/** A constant, to API Gateway's parameter mapping. */
function quoted(text: string): string {
  return `'${text}'`;
}
