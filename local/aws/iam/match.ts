/** Matching of names and ARNs with `*` and `?` (IAM User Guide, "IAM JSON policy elements: Resource"). */

const compiled = new Map<string, RegExp>();

/** Whether the whole of `value` matches; `*` is any run of characters, `?` exactly one. */
export function matchesWildcard(pattern: string, value: string, ignoreCase = false): boolean {
  const cacheName = `${ignoreCase ? "i" : "s"}${pattern}`;
  let expression = compiled.get(cacheName);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".");
    expression = new RegExp(`^${source}$`, ignoreCase ? "is" : "s");
    compiled.set(cacheName, expression);
  }
  return expression.test(value);
}

/** ARNs are matched part by part: a wildcard does not cross a colon, except in the last of the six parts. */
export function matchesArn(pattern: string, arn: string): boolean {
  const patternParts = arnParts(pattern);
  const parts = arnParts(arn);
  return (
    patternParts.length === parts.length &&
    patternParts.every((part, i) => matchesWildcard(part, parts[i] ?? ""))
  );
}

/** A policy's Resource: `*` alone is everything. */
export function matchesResource(pattern: string, arn: string): boolean {
  return pattern === "*" || matchesArn(pattern, arn);
}

function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
}
