/** Policy documents as JSON (IAM User Guide, "IAM JSON policy elements reference") to normalised statements. */
import type { Statement } from "../../stack.ts";
import { isObject, type JsonObject } from "../protocol.ts";
import { assertSupported } from "./supported.ts";

/** Throws an `Error` that names what cannot be read or is not evaluated here. */
export function statementsOf(policyDocument: unknown): Statement[] {
  if (!isObject(policyDocument)) throw new Error("A policy document is a JSON object");
  const statements = listOf(policyDocument["Statement"]).map(statementOf);
  assertSupported(statements);
  return statements;
}

function statementOf(raw: unknown): Statement {
  if (!isObject(raw)) throw new Error("A policy statement is a JSON object");
  const unknown = Object.keys(raw).find(
    (name) => !["Sid", "Effect", "Principal", "Action", "Resource", "Condition"].includes(name),
  );
  if (unknown) throw new Error(`IAM element ${unknown} is not supported here`);
  const effect = raw["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw new Error("Effect is Allow or Deny");
  return {
    ...(typeof raw["Sid"] === "string" ? { sid: raw["Sid"] } : {}),
    effect,
    ...(raw["Principal"] === undefined ? {} : { principals: principalsOf(raw["Principal"]) }),
    actions: listOf(raw["Action"]).map(String),
    resources: listOf(raw["Resource"]).map(String),
    conditions: conditionsOf(raw["Condition"]),
  };
}

function principalsOf(principal: unknown): string[] {
  return isObject(principal)
    ? Object.values(principal).flatMap(listOf).map(String)
    : listOf(principal).map(String);
}

function conditionsOf(condition: unknown): Statement["conditions"] {
  const blocks = Object.entries((condition ?? {}) as JsonObject);
  return Object.fromEntries(
    blocks.map(([operator, block]) => [
      operator,
      Object.fromEntries(
        Object.entries(block as JsonObject).map(([name, values]) => [name, listOf(values).map(String)]),
      ),
    ]),
  );
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}
