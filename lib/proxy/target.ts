import { WaxsealError } from "../errors.ts";
import { isAllowed } from "../providers/allowed-calls.ts";
import type { Provider } from "../providers/provider.ts";

/** A call that a caller asks the proxy to make. */
export interface ProxyRequest {
  readonly method: string;
  /** Below the provider's origin, with the leading slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
}

/** Any: it only shows what URL parsing makes of a path. */
const PROBE_ORIGIN = "https://provider.invalid";

/**
 * Path and query of a call that may be passed on; to which of the provider's origins, its record decides.
 *
 * The patterns of the registry allow no percent sign, back slash or empty segment, so encoded and
 * relative paths match none of them; a dot segment that would, changes under URL parsing and is refused.
 *
 * @throws {WaxsealError} `ROUTE_NOT_ALLOWED`.
 */
export function targetOf(provider: Provider, { method, path, query }: ProxyRequest): string {
  const allowed = isAllowed(provider.allowedCalls, method, path);
  const url = allowed ? new URL(path, PROBE_ORIGIN) : undefined;
  if (url?.origin !== PROBE_ORIGIN || url.pathname !== path) throw new WaxsealError("ROUTE_NOT_ALLOWED");
  for (const [name, values] of Object.entries(query)) {
    if (!provider.queryParameters.includes(name)) throw new WaxsealError("ROUTE_NOT_ALLOWED");
    for (const value of values) url.searchParams.append(name, value);
  }
  return url.pathname + url.search;
}
