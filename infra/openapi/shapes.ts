/** JSON schemas in words, for tables. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

type Shapes = Readonly<Record<string, Schema>>;

/** Fields with their type, whether they are always there, and what they are. */
export function rowsOf(schema: Schema, shapes: Shapes): string[][] {
  const { properties = {}, required = [] } = resolved(schema, shapes);
  return Object.entries(properties).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    required.includes(name) ? "yes" : "",
    descriptionOf(field),
  ]);
}

/** Those that have fields of their own to show, and are not shown with the one route that has them. */
export function shapeNames(shapes: Shapes): (readonly [string, Schema])[] {
  return Object.entries(shapes).filter(([name]) => !/(Request|Answer)$/.test(name));
}

export function typeOf(schema: Schema): string {
  const { $ref, anyOf = schema.oneOf, items, type = "object" } = schema;
  if ($ref !== undefined) return `[${nameOf($ref)}](#${nameOf($ref).toLowerCase()})`;
  if (anyOf) return anyOf.map((one) => typeOf(one)).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum && schema.enum.length > 12) return "a code";
  if (schema.enum) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(", ");
  if (items) return `list of ${typeOf(items)}`;
  if (schema.properties)
    return `{ ${Object.entries(schema.properties)
      .map(([name, one]) => `\`${name}\`: ${typeOf(one)}`)
      .join("; ")} }`;
  return type + rangeOf(schema);
}

function rangeOf({ format, minimum, maximum, minLength, maxLength }: Schema): string {
  if (format === "date-time") return ", a time";
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minLength !== undefined && maxLength !== undefined)
    return ` of ${minLength} to ${maxLength} characters`;
  return "";
}

function descriptionOf({ description, anyOf = [] }: Schema): string {
  return description ?? anyOf.find((one) => one.description !== undefined)?.description ?? "";
}

function resolved(schema: Schema, shapes: Shapes): Schema {
  const named = schema.$ref === undefined ? undefined : shapes[nameOf(schema.$ref)];
  return named ?? schema;
}

function nameOf($ref: string): string {
  return $ref.slice($ref.lastIndexOf("/") + 1);
}
