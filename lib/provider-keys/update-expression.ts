/** One conditional `UpdateItem`, by attribute name; turned into DynamoDB's expressions below. */
export interface Update {
  readonly set?: Readonly<Record<string, unknown>>;
  /** Set only where the record does not have the attribute yet. */
  readonly setIfAbsent?: Readonly<Record<string, unknown>>;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  /**
   * A condition in which attributes are written `#name` and values `:name`.
   * @example "attribute_exists(#state) AND #state <> :removed"
   */
  readonly condition: string;
  readonly conditionValues?: Readonly<Record<string, unknown>>;
}

/**
 * Names are always aliased: DynamoDB has hundreds of reserved words, and its `dynamodb:Attributes`
 * condition key counts the names of every expression.
 */
export function updateExpression(update: Update) {
  const { set = {}, setIfAbsent = {}, add = {}, remove = [], condition, conditionValues = {} } = update;
  const assignments = [
    ...Object.keys(set).map((name) => `#${name} = :${name}`),
    ...Object.keys(setIfAbsent).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const clauses = [
    clause("SET", assignments),
    clause(
      "ADD",
      Object.keys(add).map((name) => `#${name} :${name}`),
    ),
    clause(
      "REMOVE",
      remove.map((name) => `#${name}`),
    ),
  ];
  const UpdateExpression = clauses.filter(Boolean).join(" ");
  return {
    UpdateExpression,
    ConditionExpression: condition,
    ExpressionAttributeNames: aliases(`${UpdateExpression} ${condition}`),
    ExpressionAttributeValues: prefixed({ ...set, ...setIfAbsent, ...add, ...conditionValues }),
  };
}

function clause(verb: string, parts: readonly string[]): string {
  return parts.length > 0 ? `${verb} ${parts.join(", ")}` : "";
}

/** `{"#name": "name"}` for every alias in an expression. */
export function aliases(expression: string): Record<string, string> {
  const found = expression.match(/#\w+/g) ?? [];
  return Object.fromEntries(found.map((alias) => [alias, alias.slice(1)]));
}

function prefixed(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value]));
}
