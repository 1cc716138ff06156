import { WaxsealError } from "../errors.ts";
import { currentEndpoint } from "../providers/find.ts";
import type { Provider } from "../providers/registry.ts";

/** Query parameters of the providers' inference and listing calls. A provider key never travels in one. */
const QUERY_PARAMETERS = new Set(
  [
    "after",
    "after_id",
    "alt",
    "before",
    "before_id",
    "beta",
    "include",
    "include[]",
    "limit",
    "order",
  ].concat(["pageSize", "pageToken"]),
);

/** A call that a caller asks the proxy to make. */
export interface ProxyRequest {
  readonly method: string;
  /** Below the provider's origin, with the leading slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
}

/** The origin that a provider's keys go to: the registered one, or the operator's for that endpoint. */
export function originOf(provider: Provider, overrides: Readonly<Record<string, string>>): string {
  const { endpointId, origin } = currentEndpoint(provider);
  return overrides[endpointId] ?? origin;
}

/**
 * The URL of a call that may be passed on.
 *
 * The patterns of the registry allow no percent sign, back slash or empty segment, so encoded and
 * relative paths match none of them; a dot segment that would, changes under URL parsing and is refused.
 *
 * @throws {WaxsealError} `ROUTE_NOT_ALLOWED`.
 */
export function targetUrl(provider: Provider, origin: string, request: ProxyRequest): URL {
  const { method, path, query } = request;
  const allowed = provider.allowedCalls.some((call) => call.method === method && call.path.test(path));
  const url = allowed ? new URL(path, origin) : undefined;
  if (url?.origin !== origin || url.pathname !== path) throw new WaxsealError("ROUTE_NOT_ALLOWED");
  for (const [name, values] of Object.entries(query)) {
    if (!QUERY_PARAMETERS.has(name)) throw new WaxsealError("ROUTE_NOT_ALLOWED");
    for (const value of values) url.searchParams.append(name, value);
  }
  return url;
}
