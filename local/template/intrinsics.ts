/**
 * CloudFormation's intrinsic functions, as many as our template has (CloudFormation, "Intrinsic function
 * reference"). Any other throws, naming itself and the resource it stands in.
 */
import { localAccountId, localRegion } from "../stack.ts";
import { stackIdOf } from "./names.ts";
import { asList, asObject, asText, isObject, TemplateError } from "./read.ts";

/** What `Ref` and `Fn::GetAtt` of a resource give. */
export interface References {
  readonly ref: (logicalId: string, where: string) => string;
  readonly attribute: (logicalId: string, name: string, where: string) => string;
}

/** A value without intrinsics. `where` names the place in errors: the logical id, then the path. */
export type Resolve = (value: unknown, where: string) => unknown;

export function resolver(stackName: string, references: References): Resolve {
  const pseudoParameters: Readonly<Record<string, string>> = {
    "AWS::AccountId": localAccountId,
    "AWS::Partition": "aws",
    "AWS::Region": localRegion,
    "AWS::StackId": stackIdOf(stackName),
    "AWS::StackName": stackName,
    "AWS::URLSuffix": "amazonaws.com",
  };

  const ref = (name: string, where: string) => {
    if (!name.startsWith("AWS::")) return references.ref(name, where);
    const value = pseudoParameters[name];
    if (value === undefined) throw new TemplateError(where, `${name} is not supported by the local system`);
    return value;
  };

  const functions: Readonly<Record<string, (argument: unknown, where: string) => unknown>> = {
    Ref: (argument, where) => ref(asText(argument, where), where),
    "Fn::GetAtt": (argument, where) => {
      const [logicalId, name] = texts(typeof argument === "string" ? splitOnce(argument) : argument, where);
      return references.attribute(asText(logicalId, where), asText(name, where), where);
    },
    "Fn::Join": (argument, where) => {
      const [delimiter, parts] = pair(argument, where);
      return texts(resolve(parts, where), where).join(asText(delimiter, where));
    },
    "Fn::Select": (argument, where) => {
      const [index, options] = pair(argument, where);
      const chosen = asList(resolve(options, where), where)[Number(resolve(index, where))];
      if (chosen === undefined) throw new TemplateError(where, "Fn::Select chooses what is not there");
      return chosen;
    },
    "Fn::Split": (argument, where) => {
      const [delimiter, text] = pair(argument, where);
      return asText(resolve(text, where), where).split(asText(delimiter, where));
    },
    "Fn::Sub": (argument, where) => substitute(argument, where),
  };

  function substitute(argument: unknown, where: string): string {
    const [text, variables] = typeof argument === "string" ? [argument, {}] : pair(argument, where);
    const own = asObject(variables, where);
    // `${!Name}` stands for `${Name}` as it is; `${Resource.Attribute}` is a GetAtt.
    return asText(text, where).replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return asText(resolve(own[name], where), where);
      if (!name.includes(".")) return ref(name, where);
      const [logicalId, attribute] = splitOnce(name);
      return references.attribute(logicalId, attribute, where);
    });
  }

  function resolve(value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((one: unknown, index) => resolve(one, `${where}[${index}]`));
    if (!isObject(value)) return value;
    const intrinsic = Object.keys(value).find((name) => name === "Ref" || name.startsWith("Fn::"));
    if (intrinsic === undefined) return mapObject(value, (one, name) => resolve(one, `${where}.${name}`));
    const apply = Object.hasOwn(functions, intrinsic) ? functions[intrinsic] : undefined;
    if (!apply) throw new TemplateError(where, `${intrinsic} is not supported by the local system`);
    if (Object.keys(value).length > 1) throw new TemplateError(where, `${intrinsic} must stand alone`);
    return apply(value[intrinsic], where);
  }

  return resolve;
}

function mapObject(
  value: Readonly<Record<string, unknown>>,
  change: (one: unknown, name: string) => unknown,
) {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one, name)]));
}

/** `Resource.Attribute`, where the attribute's name may have dots of its own. */
function splitOnce(text: string): [string, string] {
  const dot = text.indexOf(".");
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function pair(value: unknown, where: string): readonly [unknown, unknown] {
  const list = asList(value, where);
  if (list.length !== 2) throw new TemplateError(where, "must be a list of two");
  return [list[0], list[1]];
}

function texts(value: unknown, where: string): readonly string[] {
  return asList(value, where).map((one) => asText(one, where));
}
