/** Which events are asked for: those that all of these hold of. */
export interface EventFilters {
  readonly ownerId?: string | undefined;
  readonly recordId?: string | undefined;
  readonly provider?: string | undefined;
  readonly type?: string | undefined;
  readonly actor?: string | undefined;
  readonly caller?: string | undefined;
  readonly useId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly witnessId?: string | undefined;
  /** Both included; ISO 8601, UTC, milliseconds, as events have it. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface Condition {
  readonly name: string;
  readonly text: string;
}

/** The filters as expressions of a request; those of the attributes that `keys` names as its key condition. */
export function expressionsOf(filters: EventFilters, keys: readonly string[] = []) {
  const said = Object.entries(filters as Record<string, string | undefined>).filter(
    ([, value]) => value !== undefined,
  );
  if (said.length === 0) return {};
  const conditions = conditionsOf(
    filters,
    said.map(([name]) => name),
  );
  const joined = (chosen: readonly Condition[]) => chosen.map(({ text }) => text).join(" AND ");
  const key = joined(conditions.filter(({ name }) => keys.includes(name)));
  const filter = joined(conditions.filter(({ name }) => !keys.includes(name)));
  return {
    ...(key !== "" && { KeyConditionExpression: key }),
    ...(filter !== "" && { FilterExpression: filter }),
    ExpressionAttributeNames: Object.fromEntries(conditions.map(({ name }) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(said.map(([name, value]) => [`:${name}`, value])),
  };
}

/** Of a sort key there may be one condition (DynamoDB, "Key condition expressions for the Query operation"). */
function conditionsOf({ from, to }: EventFilters, names: readonly string[]): Condition[] {
  const equal = names.filter((name) => name !== "from" && name !== "to");
  const conditions = equal.map((name) => ({ name, text: `#${name} = :${name}` }));
  const at = (text: string) => [...conditions, { name: "at", text }];
  if (from !== undefined && to !== undefined) return at("#at BETWEEN :from AND :to");
  if (from !== undefined) return at("#at >= :from");
  return to === undefined ? conditions : at("#at <= :to");
}
