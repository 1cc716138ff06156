/**
 * Whether an event matches a pattern (EventBridge User Guide, "Comparison operators for use in event patterns";
 * Lambda's filters have the same). What is not known here is refused where the template is read: `patternOf`.
 */
import type { EventPattern } from "../stack.ts";

type Values = Readonly<Record<string, unknown>>;

/** Every member of the pattern must match. A list in the event matches where one of its elements does. */
export function matchesPattern(pattern: EventPattern, event: Values): boolean {
  return Object.entries(pattern).every(([name, expected]) => {
    if (name === "$or")
      return (expected as readonly EventPattern[]).some((one) => matchesPattern(one, event));
    return matchesMember(expected, event[name]);
  });
}

function matchesMember(expected: EventPattern | readonly unknown[], actual: unknown): boolean {
  if (isList(expected)) return expected.some((one) => matchesValue(one, actual));
  // What is not there has no members either, of which a pattern may say just that.
  const parents = isList(actual) ? actual : [actual];
  return parents.some((parent) => matchesPattern(expected, isValues(parent) ? parent : {}));
}

function matchesValue(expected: unknown, actual: unknown): boolean {
  if (isExistence(expected)) return expected.exists === isLeaf(actual);
  if (!isLeaf(actual)) return false;
  const test = testOf(expected);
  return isList(actual) ? actual.some(test) : test(actual);
}

type Test = (value: unknown) => boolean;

const operators: Readonly<Record<string, (operand: unknown) => Test>> = {
  prefix: (operand) => (value) => typeof value === "string" && value.startsWith(String(operand)),
  suffix: (operand) => (value) => typeof value === "string" && value.endsWith(String(operand)),
  "equals-ignore-case": (operand) => (value) =>
    typeof value === "string" && value.toLowerCase() === String(operand).toLowerCase(),
  "anything-but": (operand) => {
    const tests = (isValues(operand) ? listed(operand) : isList(operand) ? operand : [operand]).map(testOf);
    return (value) => !tests.some((test) => test(value));
  },
};

/** What a content filter may be; `exists` is about more than a value. */
export const contentFilters: readonly string[] = [...Object.keys(operators), "exists"];

function testOf(expected: unknown): Test {
  if (!isValues(expected)) return (value) => value === expected;
  const [[name, operand] = ["", undefined]] = Object.entries(expected);
  return operators[name]?.(operand) ?? (() => false);
}

/** `{"prefix": ["a", "b"]}` as one filter for each. */
function listed(filter: Values): Values[] {
  return Object.entries(filter).flatMap(([name, operand]) =>
    (isList(operand) ? operand : [operand]).map((one) => ({ [name]: one })),
  );
}

function isExistence(expected: unknown): expected is { readonly exists: boolean } {
  return isValues(expected) && typeof expected["exists"] === "boolean";
}

/** "Exists matching only works on leaf nodes." */
function isLeaf(actual: unknown): boolean {
  return actual !== undefined && !isValues(actual);
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !isList(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
