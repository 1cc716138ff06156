import type { AllowedCall } from "./provider.ts";

const PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ["{id}", "[A-Za-z0-9._-]{1,128}"],
  ["{model}", "[A-Za-z0-9._:-]{1,128}"],
]);
const PATTERN = /^(GET|POST|DELETE) (\/(?!\/)(?:[A-Za-z0-9._:~-]|\{id\}|\{model\}|\/(?!\/))+)$/;

/** Whether an operator's pattern is one: see `AllowedCall`. */
export function isAllowedCall(text: unknown): text is AllowedCall {
  return typeof text === "string" && PATTERN.test(text);
}

/**
 * Whether one of the patterns allows a call. No pattern matches a percent sign, a back slash or an empty
 * segment, so an encoded path matches none.
 *
 * @param path - the whole path, without the query.
 */
export function isAllowed(calls: readonly AllowedCall[], method: string, path: string): boolean {
  return calls.some((call) => {
    const [allowedMethod, pattern = ""] = call.split(" ", 2);
    return allowedMethod === method && matcherOf(pattern).test(path);
  });
}

const matchers = new Map<string, RegExp>();

function matcherOf(pattern: string): RegExp {
  const known = matchers.get(pattern);
  if (known) return known;
  const source = pattern
    .split(/(\{\w+\})/)
    .map((part) => PLACEHOLDERS.get(part) ?? part.replaceAll(".", String.raw`\.`))
    .join("");
  const matcher = new RegExp(`^${source}$`);
  matchers.set(pattern, matcher);
  return matcher;
}
