import type { Deployment } from "../deployment.ts";

/** A statement of a key policy, as `GetKeyPolicy` answers it: a list of one may be written without the list. */
interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Resource?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

type Admitted = Deployment["admitted"];

/** Who may do what, of all that uses the KMS key; nobody may do what is not in it. */
const admission: Readonly<Record<string, keyof Admitted | "nobody">> = {
  "kms:Decrypt": "opening",
  "kms:GenerateDataKey": "saving",
  "kms:GenerateDataKeyWithoutPlaintext": "saving",
  "kms:ReEncryptFrom": "rewrapping",
  "kms:ReEncryptTo": "rewrapping",
  "kms:Encrypt": "nobody",
  "kms:CreateGrant": "nobody",
};

/**
 * What of a key policy is not as the stack wrote it, as far as it decides who can use the KMS key: every denial is
 * there, and nobody else is let in, to manage it either.
 *
 * @param account - the id of the account that the KMS key is in.
 * @returns sentences; none where all holds.
 */
export function policyFaults(policy: string, admitted: Admitted, stage: string, account: string): string[] {
  const statements = statementsOf(policy);
  if (!statements) return ["the policy cannot be read"];
  const uses = Object.keys(admission);
  return [
    ...(statements.some((statement) => isToOthers(statement, account))
      ? ["it lets in others than the account"]
      : []),
    ...uses
      .filter((action) => !isDenied(statements, action, admitted))
      .map((action) => `${action} is not denied to everyone else`),
    ...uses
      .filter((action) => isOpen(statements, action, admitted))
      .map((action) => `${action} is allowed to others than the stack's roles`),
    ...[
      ["purpose", "waxseal/provider-key"],
      ["stage", stage],
    ]
      .filter(([name = "", value = ""]) => !isBound(statements, name, value))
      .map(([name = ""]) => `it may be used without our ${name} in the encryption context`),
  ];
}

function statementsOf(policy: string): Statement[] | undefined {
  try {
    const { Statement: statements } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
    return Array.isArray(statements) ? statements : statements && [statements];
  } catch {
    return undefined;
  }
}

/** A denial for everyone but the roles that are admitted, whole: no condition more, no role more. */
function isDenied(statements: readonly Statement[], action: string, admitted: Admitted): boolean {
  const group = admission[action] ?? "nobody";
  return statements.some((statement) => {
    if (!deniesEveryone(statement, action)) return false;
    const conditions = statement.Condition ?? {};
    if (Object.keys(conditions).length === 0) return true;
    const { "aws:PrincipalArn": exempt, ...others } = conditions["ArnNotEquals"] ?? {};
    const isOnly = Object.keys(conditions).length === 1 && Object.keys(others).length === 0;
    if (!isOnly || exempt === undefined || group === "nobody") return false;
    // With no value at all it is malformed, and denies nothing for certain.
    return list(exempt).length > 0 && isWithin(list(exempt), admitted[group]);
  });
}

function isOpen(statements: readonly Statement[], action: string, admitted: Admitted): boolean {
  const group = admission[action] ?? "nobody";
  const roles = group === "nobody" ? [] : admitted[group];
  return statements.some((statement) => {
    if (statement.Effect !== "Allow" || !names(statement, action)) return false;
    const admittedHere = statement.Condition?.["ArnEquals"]?.["aws:PrincipalArn"];
    return admittedHere === undefined || !isWithin(list(admittedHere), roles);
  });
}

/** Every use of it is denied under another encryption context, not the decryption alone. */
function isBound(statements: readonly Statement[], name: string, value: string): boolean {
  const condition = JSON.stringify({ StringNotEquals: { [`kms:EncryptionContext:${name}`]: value } });
  const binding = statements.filter((statement) => JSON.stringify(statement.Condition) === condition);
  // A grant takes no encryption context; every other use does, a rewrap's both ends too.
  return Object.keys(admission)
    .filter((action) => action !== "kms:CreateGrant")
    .every((action) => binding.some((statement) => deniesEveryone(statement, action)));
}

function names({ Action: actions, NotAction: others }: Statement, action: string): boolean {
  // Everything but some: the stack writes none, and what it lets in is not worked out here.
  if (others !== undefined) return true;
  return list(actions ?? []).some((pattern) => matches(pattern, action));
}

/** IAM's wildcards; actions are compared without regard to case. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(action);
}

/** Of what the stack writes: for everyone by name, on the KMS key as a whole, and nothing by exception. */
function deniesEveryone(statement: Statement, action: string): boolean {
  const { Effect: effect, Principal: principal, NotAction: others, Resource: resource } = statement;
  return (
    effect === "Deny" &&
    isEveryone(principal) &&
    others === undefined &&
    resource === "*" &&
    names(statement, action)
  );
}

/** An Allow of the stack's names the account, in which IAM decides, and nobody else. */
function isToOthers({ Effect: effect, Principal: principal }: Statement, account: string): boolean {
  if (effect !== "Allow") return false;
  const { AWS: named, ...more } = (typeof principal === "object" && principal ? principal : {}) as Record<
    string,
    unknown
  >;
  const isAccount =
    typeof named === "string" && new RegExp(`^arn:aws[a-z-]*:iam::${account}:root$`).test(named);
  return !isAccount || Object.keys(more).length > 0;
}

function isEveryone(principal: unknown): boolean {
  if (principal === "*") return true;
  return typeof principal === "object" && principal !== null && (principal as { AWS?: unknown }).AWS === "*";
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
