import { AST_NODE_TYPES as Node, ASTUtils, type TSESLint, type TSESTree } from "@typescript-eslint/utils";
import type { ParserServicesWithTypeInformation } from "@typescript-eslint/utils";
import type ts from "typescript";
import { caughtBy, constantOf, destructuredFrom, nameOf } from "./definitions.ts";
import type { Kind, TypeJudge } from "./judge-type.ts";
import { isBodyName, isErrorName, isRequestName, isSecretName } from "./names.ts";

/** A part of an expression that must not be printed. */
export interface Finding {
  readonly node: TSESTree.Node;
  readonly kind: Kind;
}

/** Functions whose result holds what their arguments hold. */
const PASSING_ON =
  /^(?:from|decode|encode|structuredClone|encodeURIComponent|encodeURI|values|entries|assign|parse|fromEntries)$/;

/** What of an error quotes others. */
const QUOTING = /^(?:message|stack|cause|toString)$/;

/** Finds what must not be printed in an expression: by its form, its names, its type, where it is from. */
export class ValueJudge {
  readonly #types: TypeJudge;
  readonly #services: ParserServicesWithTypeInformation;
  readonly #source: Readonly<TSESLint.SourceCode>;

  constructor(
    types: TypeJudge,
    services: ParserServicesWithTypeInformation,
    source: Readonly<TSESLint.SourceCode>,
  ) {
    this.#types = types;
    this.#services = services;
    this.#source = source;
  }

  /** All findings in `node`, not looking into what is a sink of its own (template strings, sums). */
  find(node: TSESTree.Node): Finding[] {
    switch (node.type) {
      case Node.ObjectExpression:
        return node.properties.flatMap((property) => this.#findInProperty(property));
      case Node.ArrayExpression:
        return node.elements.flatMap((element) => (element ? this.find(element) : []));
      case Node.ConditionalExpression:
        return [...this.find(node.consequent), ...this.find(node.alternate)];
      case Node.LogicalExpression:
        return [...this.find(node.left), ...this.find(node.right)];
      case Node.SpreadElement:
      case Node.AwaitExpression:
        return this.find(node.argument);
      case Node.TSAsExpression:
      case Node.TSNonNullExpression:
      case Node.TSSatisfiesExpression:
      case Node.ChainExpression:
        return this.find(node.expression);
      default:
        return this.#findInPlain(node);
    }
  }

  #findInPlain(node: TSESTree.Node): Finding[] {
    const kind = this.kindOf(node);
    return kind ? [{ node, kind }] : [];
  }

  #findInProperty(property: TSESTree.Property | TSESTree.SpreadElement): Finding[] {
    if (property.type === Node.SpreadElement) return this.find(property.argument);
    const found = this.find(property.value);
    const name = property.computed ? undefined : nameOf(property.key);
    const isNamed = name !== undefined && isSecretName(name) && property.value.type !== Node.Literal;
    if (found.length > 0 || !isNamed || !this.#canHoldText(property.value)) return found;
    return [{ node: property.value, kind: "named" }];
  }

  /** What is wrong with a plain expression; undefined for what may be printed. */
  kindOf(node: TSESTree.Node): Kind | undefined {
    switch (node.type) {
      case Node.Identifier:
        return this.#kindOfIdentifier(node);
      case Node.MemberExpression:
        return this.#kindOfMember(node);
      case Node.CallExpression:
        return this.#kindOfCall(node);
      case Node.ChainExpression:
      case Node.TSNonNullExpression:
      case Node.TSAsExpression:
        return this.kindOf(node.expression);
      case Node.AwaitExpression:
        return this.kindOf(node.argument);
      case Node.NewExpression:
      case Node.ThisExpression:
        return this.#types.judge(this.#typeOf(node));
      default:
        return undefined; // literals, functions, and expressions that are sinks of their own
    }
  }

  #kindOfIdentifier(node: TSESTree.Identifier): Kind | undefined {
    const variable = ASTUtils.findVariable(this.#source.getScope(node), node) ?? undefined;
    const type = this.#typeOf(node);
    const isLoose = this.#types.isUnknown(type);
    if (isLoose && variable && (caughtBy(variable) || isErrorName(node.name))) return "error";
    const byType = this.#types.judge(type);
    if (byType) return byType;
    const origin = variable && this.#kindOfDestructured(variable);
    if (origin === "headers" || !this.#types.canHoldText(type))
      return origin === "headers" ? origin : undefined;
    if (isSecretName(node.name)) return "named";
    if (isBodyName(node.name)) return "body";
    const constant = variable && constantOf(variable);
    return constant ? this.kindOf(constant) : origin;
  }

  #kindOfDestructured(variable: TSESLint.Scope.Variable): Kind | undefined {
    const origin = destructuredFrom(variable);
    return origin && this.#kindOfField(origin.from, origin.name);
  }

  #kindOfMember(node: TSESTree.MemberExpression): Kind | undefined {
    const name = nameOf(node.property, node.computed);
    const byField = name === undefined ? undefined : this.#kindOfField(node.object, name);
    if (byField === "headers" || byField === "error") return byField;
    if (byField && this.#canHoldText(node)) return byField;
    const byType = this.#types.judge(this.#typeOf(node));
    if (byType || !this.#canHoldText(node)) return byType;
    if (name !== undefined && isSecretName(name)) return "named";
    const around = this.kindOf(node.object);
    return around === "body" || around === "named" ? around : undefined;
  }

  /** What the field `name` of `from` is, where it is a part of a request or of an error. */
  #kindOfField(from: TSESTree.Node, name: string): Kind | undefined {
    const type = this.#typeOf(from);
    if (/^(?:body|rawBody)$/.test(name) && this.#isRequest(from, type)) return "body";
    if (/^(?:headers|multiValueHeaders)$/.test(name) && this.#isRequest(from, type)) return "headers";
    if (QUOTING.test(name) && (this.#types.isError(type) || this.kindOf(from) === "error")) return "error";
    return undefined;
  }

  #isRequest(node: TSESTree.Node, type: ts.Type): boolean {
    const name = node.type === Node.MemberExpression ? nameOf(node.property, node.computed) : nameOf(node);
    return (name !== undefined && isRequestName(name)) || this.#types.isRequest(type);
  }

  #kindOfCall(node: TSESTree.CallExpression): Kind | undefined {
    const { callee } = node;
    const name =
      callee.type === Node.MemberExpression ? nameOf(callee.property, callee.computed) : nameOf(callee);
    if (name === "exposeSecret") return "exposed";
    if (name !== undefined && PASSING_ON.test(name)) {
      const inside = node.arguments.flatMap((argument) => this.find(argument))[0];
      if (inside) return inside.kind;
    }
    const ofResult = this.#types.judge(this.#typeOf(node));
    if (ofResult || callee.type !== Node.MemberExpression || !this.#canHoldText(node)) return ofResult;
    return this.#kindOfMethodOn(callee.object, name, node.arguments);
  }

  /** `providerKey.slice(-4)`, `event.body.trim()`, `error.toString()`, `headers.get("cookie")`. */
  #kindOfMethodOn(
    receiver: TSESTree.Node,
    method: string | undefined,
    args: readonly TSESTree.Node[],
  ): Kind | undefined {
    const kind = this.kindOf(receiver);
    if (kind === "error") return method !== undefined && QUOTING.test(method) ? "error" : undefined;
    if (kind !== "headers") return kind;
    const [header] = args;
    return header?.type === Node.Literal && !isSecretHeader(String(header.value)) ? undefined : kind;
  }

  #canHoldText(node: TSESTree.Node): boolean {
    return this.#types.canHoldText(this.#typeOf(node));
  }

  #typeOf(node: TSESTree.Node): ts.Type {
    return this.#services.getTypeAtLocation(node);
  }
}

const isSecretHeader = (name: string): boolean => isSecretName(name.replaceAll("-", "_"));
