/** Reading unknown JSON: each value is checked where it is read, and what is wrong is said with its place. */

/** What the local system cannot take from the template, and where it is. */
export class TemplateError extends Error {
  constructor(where: string, problem: string) {
    super(`${where}: ${problem}`);
    this.name = "TemplateError";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw new TemplateError(where, "must be an object");
  return value;
}

export function asList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TemplateError(where, "must be a list");
  return value;
}

export function asText(value: unknown, where: string): string {
  if (typeof value !== "string") throw new TemplateError(where, "must be a string");
  return value;
}

export function asNumber(value: unknown, where: string): number {
  if (typeof value !== "number") throw new TemplateError(where, "must be a number");
  return value;
}

export function asOneOf<Value extends string>(
  value: unknown,
  allowed: readonly Value[],
  where: string,
): Value {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new TemplateError(where, `must be one of ${allowed.join(", ")}`);
  return found;
}

/** One value or a list of them, as IAM writes both. Numbers and booleans become text, as IAM compares them. */
export function asTexts(value: unknown, where: string): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one === "boolean" || typeof one === "number") return String(one);
    return asText(one, where);
  });
}

/** @throws TemplateError naming the first member that is not known: what we don't know we don't run. */
export function onlyKnown(object: JsonObject, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TemplateError(where, `${unknown} is not supported by the local system`);
}
