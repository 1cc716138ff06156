/**
 * The attributes that an expression names (DynamoDB Developer Guide, "Referring to item attributes when
 * using expressions"), top level only: of `#a.b[0]` it is what `#a` stands for.
 */

/** Words of the expression language, which are no attribute names unless they are aliased. */
const keywords = new Set(["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"]);

/** Values and list indexes; else a name, with a dot before it or a bracket after it where there is one. */
const tokens = /(?<ignored>:[\w-]+|\[\s*\d+\s*\])|(?<dot>\.\s*)?(?<name>#?[A-Za-z0-9_-]+)(?<call>\s*\()?/g;

/** A `#name` that stands for nothing is returned as it is, so that no policy can allow it by accident. */
export function attributesInExpression(
  expression: string,
  names: Readonly<Record<string, unknown>>,
): string[] {
  const found: string[] = [];
  for (const { groups } of expression.matchAll(tokens)) {
    const { ignored, dot, name = "", call } = groups ?? {};
    const isPart = ignored !== undefined || dot !== undefined;
    const isLanguage = call !== undefined || keywords.has(name.toUpperCase());
    if (isPart || (isLanguage && !name.startsWith("#"))) continue;
    const aliased = name.startsWith("#") ? names[name] : undefined;
    found.push(typeof aliased === "string" ? aliased : name);
  }
  return found;
}
