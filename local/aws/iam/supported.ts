/** What of IAM's policy language is evaluated here; everything else is refused by name when it is loaded. */
import type { Statement } from "../../stack.ts";
import { parseOperator } from "./conditions.ts";

const elements = ["sid", "effect", "principals", "actions", "resources", "conditions"];

/** Computed for each request, or rightly absent from all that are made here (the second line). */
const conditionKeys = [
  ...[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:securetransport",
    "aws:viaawsservice",
    "aws:principalisawsservice",
  ],
  ...[
    "aws:sourcearn",
    "aws:sourceaccount",
    "kms:viaservice",
    "kms:grantisforawsresource",
    "dynamodb:enclosingoperation",
  ],
  ...["kms:calleraccount", "kms:encryptioncontextkeys", "kms:reencryptonsamekey", "kms:encryptionalgorithm"],
  ...["kms:signingalgorithm", "kms:messagetype"],
  ...["s3:prefix", "s3:delimiter", "s3:if-none-match", "s3:x-amz-acl", "s3:object-lock-mode"],
  ...["lambda:functionurlauthtype", "lambda:invokedviafunctionurl"],
  ...["dynamodb:attributes", "dynamodb:leadingkeys", "dynamodb:select", "dynamodb:returnvalues"],
];

/** AWS: "Multivalued context keys require a condition set operator." */
const multivalued = ["dynamodb:attributes", "dynamodb:leadingkeys", "kms:encryptioncontextkeys"];

/**
 * Throws an `Error` that names the first element, operator, condition key or policy variable that is
 * not evaluated here. Call it when a policy is loaded, so that no call meets it later.
 */
export function assertSupported(statements: readonly Statement[]): void {
  for (const statement of statements) {
    for (const element of Object.keys(statement)) {
      if (!elements.includes(element)) throw unsupported("element", element, statement);
    }
    const texts = [...statement.actions, ...statement.resources, ...(statement.principals ?? [])];
    for (const text of texts) assertNoVariable(text, statement);
    for (const [operator, block] of Object.entries(statement.conditions))
      assertCondition(operator, block, statement);
  }
}

function assertCondition(
  operatorText: string,
  block: Readonly<Record<string, readonly string[]>>,
  statement: Statement,
): void {
  const operator = parseOperator(operatorText);
  if (!operator) throw unsupported("condition operator", operatorText, statement);
  for (const [name, values] of Object.entries(block)) {
    const conditionKey = name.toLowerCase();
    if (!conditionKeys.includes(conditionKey) && !/^kms:encryptioncontext:./.test(conditionKey)) {
      throw unsupported("condition key", name, statement);
    }
    const needsQuantifier = multivalued.includes(conditionKey) && operator.comparison !== "Null";
    if (needsQuantifier && !operator.quantifier)
      throw unsupported("single-valued operator on", name, statement);
    for (const value of values) assertNoVariable(value, statement);
  }
}

function assertNoVariable(text: string, statement: Statement): void {
  if (text.includes("${")) throw unsupported("policy variable in", text, statement);
}

function unsupported(what: string, name: string, statement: Statement): Error {
  return new Error(`IAM ${what} ${name} is not supported here (statement ${statement.sid ?? "without Sid"})`);
}
