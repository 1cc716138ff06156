import type { Route } from "../../lib/routes.ts";

export interface Match {
  readonly route: Route;
  readonly pathParameters: Record<string, string> | null;
}

/**
 * The route that API Gateway would choose for a path: literal segments first, `{name}` for one segment,
 * `{name+}` for the rest; parameters are decoded once.
 *
 * @returns `undefined` where there is none.
 * @throws {URIError} for a malformed percent-encoding.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  const segments = path.split("/").slice(1).map(decodeURIComponent);
  for (const route of routes) {
    if (route.method !== "ANY" && route.method !== method) continue;
    const parameters = matchPath(route.path.split("/").slice(1), segments);
    if (parameters) {
      return { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null };
    }
  }
  return undefined;
}

function matchPath(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    const name = /^\{(\w+)(\+?)\}$/.exec(part);
    if (!segment || (!name && part !== segment)) return undefined;
    if (name?.[2] === "+") return { ...parameters, [name[1] ?? ""]: segments.slice(index).join("/") };
    if (name) parameters[name[1] ?? ""] = segment;
  }
  return segments.length === pattern.length ? parameters : undefined;
}
