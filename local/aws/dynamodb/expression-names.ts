/**
 * The attributes that an expression names (DynamoDB Developer Guide, "Referring to item attributes when
 * using expressions"), top level only: of `#a.b[0]` it is what `#a` stands for.
 */

const keywords = new Set(["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"]);

/** A path element with what decides its part: a dot before it, a bracket after the function's name. */
const tokenPattern =
  /(?<ignored>:[\w-]+|\[\s*\d+\s*\])|(?<dot>\.\s*)?(?<name>#?[A-Za-z0-9_-]+)(?<call>\s*\()?/g;

/** A name that stands for nothing is returned as it is, so that no policy can allow it by accident. */
export function attributesInExpression(
  expression: string,
  names: Readonly<Record<string, unknown>>,
): string[] {
  const found: string[] = [];
  for (const { groups } of expression.matchAll(tokenPattern)) {
    const { ignored, dot, name, call } = groups ?? {};
    if (ignored !== undefined || dot !== undefined || name === undefined) continue;
    if (name.startsWith("#")) {
      const attribute = names[name];
      found.push(typeof attribute === "string" ? attribute : name);
    } else if (call === undefined && !keywords.has(name.toUpperCase())) found.push(name);
    else if (call !== undefined && keywords.has(name.toUpperCase())) continue;
  }
  return found;
}
