import type { Route } from "../../lib/routes.ts";

export interface Match {
  /** The path of the resource. */
  readonly resource: string;
  /** `undefined` where the resource has no such method. */
  readonly route: Route | undefined;
  readonly pathParameters: Record<string, string> | null;
}

/**
 * The resource that API Gateway would choose for a path, the most specific one, and only then the method:
 * literal segments first, `{name}` for one segment, `{name+}` for the rest; parameters are decoded once.
 *
 * @returns `undefined` where there is none.
 * @throws {URIError} for a malformed percent-encoding.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  const segments = path.split("/").slice(1).map(decodeURIComponent);
  const resources = [...new Set(routes.map((route) => route.path))].toSorted(bySpecificity);
  for (const resource of resources) {
    const parameters = matchPath(resource.split("/").slice(1), segments);
    if (!parameters) continue;
    const ofResource = routes.filter((route) => route.path === resource);
    const route = [method, "ANY"].flatMap((name) => ofResource.filter((one) => one.method === name))[0];
    return { resource, route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null };
  }
  return undefined;
}

/** Segment by segment from the left: a literal, `{name}`, `{name+}`. */
function bySpecificity(one: string, other: string): number {
  const [kinds, otherKinds] = [one, other].map((path) => path.split("/").map(kindOf).join(""));
  return (kinds ?? "") < (otherKinds ?? "") ? -1 : 1;
}

function kindOf(segment: string): string {
  if (!segment.startsWith("{")) return "0";
  return segment.endsWith("+}") ? "2" : "1";
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
