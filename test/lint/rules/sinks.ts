import { AST_NODE_TYPES as Node, type TSESTree } from "@typescript-eslint/utils";
import { nameOf } from "./definitions.ts";

/** What a call prints to: `log`, `text` (makes a string), `error` (a message or cause), or nothing. */
export type Sink = "log" | "text" | "error";

const LOG_OBJECT = /^(?:log|logger|console)$|Logger$/;
const LOG_FUNCTION = /^(?:log|logger)$/;
const SERIALISER =
  /^(?:JSON\.stringify|(?:util\.)?(?:inspect|format|formatWithOptions)|(?:globalThis\.)?String|String\.raw)$/;
const ERROR_CLASS = /^[A-Z]\w*(?:Error|Exception)$|^(?:Error|DOMException)$/;

/** The sink that a call or construction is, if it is one. */
export function sinkOf(callee: TSESTree.Node): Sink | undefined {
  const path = pathOf(callee);
  if (path === undefined) return undefined;
  const names = path.split(".");
  const [object, method] = [names.at(-2), names.at(-1) ?? ""];
  if (object === undefined ? LOG_FUNCTION.test(method) : LOG_OBJECT.test(object)) return "log";
  if (method === "write" && /^std(?:out|err)$/.test(object ?? "")) return "log";
  if (SERIALISER.test(path)) return "text";
  return ERROR_CLASS.test(method) ? "error" : undefined;
}

/** Whether the call is `super(…)` in a class of errors. */
export function isErrorSuper(node: TSESTree.CallExpression): boolean {
  if (node.callee.type !== Node.Super) return false;
  let around: TSESTree.Node | undefined = node.parent;
  while (around && around.type !== Node.ClassDeclaration && around.type !== Node.ClassExpression)
    around = around.parent;
  return around?.superClass ? ERROR_CLASS.test(pathOf(around.superClass) ?? "") : false;
}

/** `this.logger.info` → `this.logger.info`; undefined for what is not a plain path. */
function pathOf(node: TSESTree.Node): string | undefined {
  if (node.type === Node.ThisExpression) return "this";
  if (node.type === Node.ChainExpression || node.type === Node.TSNonNullExpression)
    return pathOf(node.expression);
  if (node.type !== Node.MemberExpression) return nameOf(node);
  const name = nameOf(node.property, node.computed);
  // `getLogger().info`: what the object is called is enough.
  const object = node.object.type === Node.CallExpression ? pathOf(node.object.callee) : pathOf(node.object);
  return name === undefined ? undefined : `${object ?? "?"}.${name}`;
}
