import { DefinitionType } from "@typescript-eslint/scope-manager";
import { AST_NODE_TYPES as Node, type TSESLint, type TSESTree } from "@typescript-eslint/utils";

type Variable = TSESLint.Scope.Variable;

/** The name an identifier or a literal property stands for. */
export function nameOf(node: TSESTree.Node, computed = false): string | undefined {
  if (node.type === Node.Identifier && !computed) return node.name;
  if (node.type === Node.Literal && typeof node.value === "string") return node.value;
  return node.type === Node.PrivateIdentifier ? node.name : undefined;
}

/** Whether the variable is what a `catch` clause, a `.catch(…)` or an `"error"` listener was given. */
export function caughtBy(variable: Variable): boolean {
  return variable.defs.some(({ type, node }) => {
    if (type === DefinitionType.CatchClause) return true;
    const call = type === DefinitionType.Parameter ? node.parent : undefined;
    if (call?.type !== Node.CallExpression || call.callee.type !== Node.MemberExpression) return false;
    const method = nameOf(call.callee.property, call.callee.computed);
    const position = call.arguments.findIndex((argument) => argument === node);
    if (method === "then") return position === 1;
    const [event] = call.arguments;
    return (
      method === "catch" ||
      (/^(?:on|once)$/.test(method ?? "") && event?.type === Node.Literal && event.value === "error")
    );
  });
}

/** The value of a `const`; one that names itself has none. */
export function constantOf(variable: Variable): TSESTree.Node | undefined {
  const node = variable.defs[0]?.node;
  if (node?.type !== Node.VariableDeclarator || node.id.type !== Node.Identifier) return undefined;
  if (node.parent.kind !== "const") return undefined;
  return node.init ?? undefined;
}

/** For `{ body } = event` and `({ body }: Event) =>`: the field's name, and what it is taken from. */
export function destructuredFrom(variable: Variable): { name: string; from: TSESTree.Node } | undefined {
  const identifier = variable.defs[0]?.name;
  let property: TSESTree.Node | undefined = identifier?.parent;
  if (property?.type === Node.AssignmentPattern) property = property.parent;
  if (property?.type !== Node.Property || property.parent.type !== Node.ObjectPattern) return undefined;
  const name = nameOf(property.key, property.computed);
  const pattern = property.parent;
  const declarator = pattern.parent;
  const init = declarator.type === Node.VariableDeclarator ? declarator.init : undefined;
  const from = init ?? pattern.typeAnnotation?.typeAnnotation;
  return name !== undefined && from ? { name, from } : undefined;
}
