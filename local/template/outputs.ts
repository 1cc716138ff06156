import type { Resolve } from "./intrinsics.ts";
import { asObject, asText, onlyKnown } from "./read.ts";

/** The stack's outputs by name, resolved. What another stack imports them as is without meaning here. */
export function outputsOf(outputs: unknown, resolve: Resolve): Readonly<Record<string, string>> {
  const resolved = Object.entries(asObject(outputs, "Outputs")).map(([name, output]) => {
    const where = `Outputs.${name}`;
    const { Value, ...others } = asObject(output, where);
    onlyKnown(others, ["Description", "Export"], where);
    return [name, asText(resolve(Value, where), where)] as const;
  });
  return Object.fromEntries(resolved);
}
