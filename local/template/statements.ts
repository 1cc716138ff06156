import type { Statement } from "../stack.ts";
import { asList, asObject, asOneOf, asText, asTexts, onlyKnown, TemplateError } from "./read.ts";

/** The elements of an IAM statement that the local system evaluates; `Not…` it does not. */
const identityElements = ["Sid", "Effect", "Action", "Resource", "Condition"];
const resourceElements = [...identityElements, "Principal"];
/** A trust policy has no Resource: it is about its role. */
const trustElements = resourceElements.filter((element) => element !== "Resource");

/** The statements of a role's policy document (resolved). */
export function identityStatements(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where, identityElements);
}

/** The statements of a KMS key's policy document (resolved); each has principals. */
export function keyPolicyStatements(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where, resourceElements);
}

/** The statements of a bucket's policy document (resolved); principals are ARNs and services. */
export function bucketPolicyStatements(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where, resourceElements, true);
}

/** The statements of a role's trust policy (resolved); each has principals, services among them. */
export function trustStatements(document: unknown, where: string): readonly Statement[] {
  return statementsOf(document, where, trustElements);
}

function statementsOf(
  document: unknown,
  where: string,
  elements: readonly string[],
  services = !elements.includes("Resource"),
): readonly Statement[] {
  const policy = asObject(document, where);
  onlyKnown(policy, ["Version", "Statement"], where);
  asOneOf(policy["Version"], ["2012-10-17"], `${where}.Version`);
  return asList(policy["Statement"], `${where}.Statement`).map((statement, index) =>
    normalise(statement, `${where}.Statement[${index}]`, elements, services),
  );
}

function normalise(value: unknown, where: string, elements: readonly string[], services: boolean): Statement {
  const statement = asObject(value, where);
  onlyKnown(statement, elements, where);
  const { Sid: sid, Effect: effect, Action: action, Condition: condition } = statement;
  const isTrust = !elements.includes("Resource");
  return {
    ...(sid === undefined ? {} : { sid: asText(sid, `${where}.Sid`) }),
    effect: asOneOf(effect, ["Allow", "Deny"], `${where}.Effect`),
    ...(elements.includes("Principal")
      ? { principals: principalsOf(statement["Principal"], where, services) }
      : {}),
    actions: asTexts(action, `${where}.Action`),
    resources: isTrust ? ["*"] : asTexts(statement["Resource"], `${where}.Resource`),
    conditions: conditionsOf(condition ?? {}, `${where}.Condition`),
  };
}

function principalsOf(value: unknown, where: string, services: boolean): readonly string[] {
  if (value === "*") return ["*"];
  const principal = asObject(value, `${where}.Principal`);
  onlyKnown(principal, services ? ["AWS", "Service"] : ["AWS"], `${where}.Principal`);
  const { AWS: accounts, Service: service = [] } = principal;
  const principals = services && accounts === undefined ? [] : asTexts(accounts, `${where}.Principal.AWS`);
  const strange = principals.find((one) => one !== "*" && !one.startsWith("arn:"));
  if (strange !== undefined) throw new TemplateError(where, `the principal ${strange} is no ARN`);
  return [...principals, ...asTexts(service, `${where}.Principal.Service`)];
}

/** Which operators there are is for their evaluation to know, which refuses the ones it does not have. */
function conditionsOf(value: unknown, where: string): Statement["conditions"] {
  return mapMembers(value, where, (tests, operator) =>
    mapMembers(tests, `${where}.${operator}`, (values, name) =>
      asTexts(values, `${where}.${operator}.${name}`),
    ),
  );
}

function mapMembers<To>(value: unknown, where: string, change: (member: unknown, name: string) => To) {
  const members = Object.entries(asObject(value, where)).map(
    ([name, member]) => [name, change(member, name)] as const,
  );
  return Object.fromEntries(members);
}
