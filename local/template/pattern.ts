import { contentFilters } from "../events/pattern.ts";
import type { EventPattern } from "../stack.ts";
import { asList, asObject, isObject, TemplateError } from "./read.ts";

/** @throws TemplateError for what is no pattern, and for content filters that the local system does not evaluate. */
export function patternOf(value: unknown, where: string): EventPattern {
  const members = Object.entries(asObject(value, where)).map(([name, member]) => {
    const inner = `${where}.${name}`;
    if (name === "$or") return [name, asList(member, inner).map((one) => patternOf(one, inner))] as const;
    if (isObject(member)) return [name, patternOf(member, inner)] as const;
    const values = asList(member, inner);
    for (const one of values) if (isObject(one)) assertFilter(one, contentFilters, inner);
    return [name, values] as const;
  });
  return Object.fromEntries<EventPattern | readonly unknown[]>(members);
}

function assertFilter(
  filter: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
): void {
  const [[name, operand] = ["", undefined]] = Object.entries(filter);
  const isOne = Object.keys(filter).length === 1;
  if (!isOne || !known.includes(name) || !isOperand(name, operand))
    throw new TemplateError(where, `the content filter ${name} is not supported by the local system`);
  if (isObject(operand)) assertFilter(operand, ["prefix", "suffix"], where);
}

function isOperand(name: string, operand: unknown): boolean {
  switch (name) {
    case "exists":
      return typeof operand === "boolean";
    case "anything-but":
      return isObject(operand) || typeof operand === "string" || Array.isArray(operand);
    default:
      return typeof operand === "string" || (Array.isArray(operand) && name !== "equals-ignore-case");
  }
}
