interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

const examples: Readonly<Record<string, unknown>> = {
  string: "example",
  number: 1,
  integer: 1,
  boolean: true,
  array: [],
  null: null,
};

/** Something that a tool's JSON schema accepts, as far as small schemas go. Google's types are in capitals. */
export function exampleOf(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return {};
  const { type = "object", enum: choices, properties = {} } = schema as Schema;
  if (choices) return choices[0];
  const name = type.toLowerCase();
  if (name !== "object") return examples[name];
  return Object.fromEntries(Object.entries(properties).map(([member, inner]) => [member, exampleOf(inner)]));
}
