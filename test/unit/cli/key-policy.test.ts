import { describe, expect, test } from "vitest";
import { policyFaults } from "../../../lib/cli/doctor/key-policy.ts";

const account = "111122223333";
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const admitted = { saving: [role("save")], opening: [role("proxy")], rewrapping: [role("rewrap")] };
const root = { AWS: `arn:aws:iam::${account}:root` };
const stranger = { AWS: "arn:aws:iam::999999999999:root" };

type Statement = Readonly<Record<string, unknown>>;

const letIn = (principal: unknown, action: string): Statement => ({
  ...{ Effect: "Allow", Principal: principal, Action: action, Resource: "*" },
});
const allow = (action: string | string[], roles: string[]): Statement => ({
  ...{ Effect: "Allow", Principal: root, Action: action, Resource: "*" },
  Condition: { ArnEquals: { "aws:PrincipalArn": roles } },
});
const deny = (action: string | string[], condition?: unknown): Statement => ({
  ...{ Effect: "Deny", Principal: { AWS: "*" }, Action: action, Resource: "*" },
  ...(condition !== undefined && { Condition: condition }),
});
const unless = (roles: string[]) => ({ ArnNotEquals: { "aws:PrincipalArn": roles } });
const cryptographic = [
  ...["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
  ...["kms:ReEncryptFrom", "kms:ReEncryptTo"],
];
const context = (name: string, value: string) => ({
  StringNotEquals: { [`kms:EncryptionContext:${name}`]: value },
});

const allBut = (action: string) => cryptographic.filter((one) => one !== action);

const opening = deny("kms:Decrypt", unless(admitted.opening));
const whole: Statement[] = [
  { Effect: "Allow", Principal: root, Action: ["kms:DescribeKey", "kms:PutKeyPolicy"], Resource: "*" },
  allow("kms:GenerateDataKey", admitted.saving),
  allow("kms:Decrypt", admitted.opening),
  allow(["kms:ReEncryptFrom", "kms:ReEncryptTo"], admitted.rewrapping),
  deny(["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"], unless(admitted.saving)),
  opening,
  deny(["kms:ReEncryptFrom", "kms:ReEncryptTo"], unless(admitted.rewrapping)),
  deny(["kms:CreateGrant", "kms:Encrypt"]),
  deny(cryptographic, context("purpose", "waxseal/provider-key")),
  deny(cryptographic, context("stage", "dev")),
];

const faults = (statements: readonly Statement[]) =>
  policyFaults(JSON.stringify({ Statement: statements }), admitted, "dev", account);
const withOpening = (instead: Statement) => whole.map((one) => (one === opening ? instead : one));
const and = (more: Statement) => [...whole, more];

test("a key policy as the stack writes it has no fault", () => {
  expect(faults(whole)).toEqual([]);
});

describe("a key policy has a fault where it", () => {
  test.each<[string, Statement[]]>([
    ["lets another account use it", and({ ...allow("kms:Decrypt", admitted.opening), Principal: stranger })],
    ["lets another account manage it", and(letIn(stranger, "kms:PutKeyPolicy"))],
    ["lets everyone manage it", and(letIn("*", "kms:PutKeyPolicy"))],
    ["lets in a service", and(letIn({ Service: "s3.amazonaws.com" }, "kms:DescribeKey"))],
    ["lets in all but somebody", and({ Effect: "Allow", NotPrincipal: root, Action: "kms:DescribeKey" })],
    ["allows a use without a condition", and(letIn(root, "kms:Decrypt"))],
    ["allows it in other letters", and(letIn(root, "KMS:decrypt"))],
    ["allows it by a wildcard", and(letIn(root, "kms:De*"))],
    ["allows everything but something", and({ Effect: "Allow", Principal: root, NotAction: "kms:Encrypt" })],
    ["allows it to roles by a wildcard", and(allow("kms:Decrypt", [role("*")]))],
    ["lets a role that saves open", and(allow("kms:Decrypt", admitted.saving))],
    ["exempts another role", withOpening(deny("kms:Decrypt", unless([role("proxy"), role("other")])))],
    ["exempts by an empty list", withOpening(deny("kms:Decrypt", unless([])))],
    ["exempts by a wildcard", withOpening(deny("kms:Decrypt", unless([role("*")])))],
    [
      "denies by exception of the action",
      withOpening({ ...deny([], unless(admitted.opening)), Action: undefined, NotAction: "kms:Decrypt" }),
    ],
    ["denies on another resource", withOpening({ ...opening, Resource: "arn:aws:kms:::key/other" })],
    ["denies to somebody only", withOpening({ ...opening, Principal: root })],
    [
      "denies under one condition more",
      withOpening(
        deny("kms:Decrypt", { ...unless(admitted.opening), Bool: { "aws:ViaAWSService": "true" } }),
      ),
    ],
    ["binds to another stage", [...whole.slice(0, -1), deny(cryptographic, context("stage", "prod"))]],
    ...cryptographic.map((action): [string, Statement[]] => [
      `binds ${action} to no stage`,
      [...whole.slice(0, -1), deny(allBut(action), context("stage", "dev"))],
    ]),
    ["has lost the purpose", whole.filter((_one, index) => index !== whole.length - 2)],
  ])("%s", (_what, statements) => {
    expect(faults(statements).length).toBeGreaterThan(0);
  });

  test("cannot be read", () => {
    expect(policyFaults("{", admitted, "dev", account)).toEqual(["the policy cannot be read"]);
  });
});
