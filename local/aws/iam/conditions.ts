/**
 * Condition blocks (IAM User Guide, "IAM JSON policy elements: Condition operators" and "Single-valued
 * and multivalued context keys").
 */
import type { Statement } from "../../stack.ts";
import { matchesArn, matchesWildcard } from "./match.ts";

/** The request context: condition key in lower case (their case does not count) → values. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

export function contextOf(
  entries: Readonly<Record<string, readonly string[] | string | undefined>>,
): RequestContext {
  const context = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(entries)) {
    if (value !== undefined) context.set(name.toLowerCase(), typeof value === "string" ? [value] : value);
  }
  return context;
}

type Comparison = (policyValue: string, requestValue: string) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: (policyValue, requestValue) => policyValue === requestValue,
  StringLike: (policyValue, requestValue) => matchesWildcard(policyValue, requestValue),
  // "ArnEquals and ArnLike behave identically"
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (policyValue, requestValue) => policyValue.toLowerCase() === requestValue.toLowerCase(),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

export interface Operator {
  readonly quantifier?: "ForAllValues" | "ForAnyValue";
  /** `Null`, or a name of `comparisons`. */
  readonly comparison: string;
  readonly negated: boolean;
  readonly ifExists: boolean;
}

/** Reads `ForAllValues:StringLikeIfExists` and the like; undefined where it is none that is known. */
export function parseOperator(text: string): Operator | undefined {
  const [, quantifier, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? [];
  const comparison = negations[name] ?? name;
  if (!(comparison in comparisons) && !(comparison === "Null" && !quantifier && !ifExists)) return undefined;
  return {
    ...(quantifier ? { quantifier: quantifier as "ForAllValues" | "ForAnyValue" } : {}),
    comparison,
    negated: name in negations,
    ifExists: ifExists !== undefined,
  };
}

/** Whether every line of the block holds. `assertSupported` has been called on the statement before. */
export function conditionsHold(conditions: Statement["conditions"], context: RequestContext): boolean {
  return Object.entries(conditions).every(([operatorText, block]) => {
    const operator = parseOperator(operatorText);
    if (!operator) throw new Error(`Condition operator ${operatorText} is not supported`);
    return Object.entries(block).every(([name, values]) =>
      holds(operator, values, context.get(name.toLowerCase())),
    );
  });
}

function holds(
  operator: Operator,
  policyValues: readonly string[],
  requestValues: readonly string[] | undefined,
): boolean {
  const absent = requestValues === undefined || requestValues.length === 0;
  if (operator.comparison === "Null") return policyValues.some((value) => (value === "true") === absent);
  if (absent) return whenAbsent(operator);
  const compare = comparisons[operator.comparison] as Comparison;
  const matches = (requestValue: string) =>
    policyValues.some((policyValue) => compare(policyValue, requestValue)) !== operator.negated;
  if (operator.quantifier === "ForAllValues") return requestValues.every(matches);
  if (operator.quantifier === "ForAnyValue") return requestValues.some(matches);
  return operator.negated ? requestValues.every(matches) : requestValues.some(matches);
}

/** A condition key that the request has not: negated operators hold, others do not. */
function whenAbsent(operator: Operator): boolean {
  if (operator.ifExists || operator.quantifier === "ForAllValues") return true;
  return operator.quantifier === undefined && operator.negated;
}
