/** IAM User Guide, "Policy evaluation logic"; KMS Developer Guide, "Key policies in AWS KMS". */
import { describe, expect, test } from "vitest";
import { denialOf } from "../../../local/aws/iam/authorise.ts";
import { identityStatements, keyPolicyStatements } from "../../../local/template/statements.ts";
import type { Caller } from "../../../local/aws/caller.ts";
import { localAccountId, type Statement } from "../../../local/stack.ts";
import { roleArnOf, rootArn } from "../../contract/stack.ts";

const keyArn = `arn:aws:kms:us-east-1:${localAccountId}:key/1`;
const tableArn = `arn:aws:dynamodb:us-east-1:${localAccountId}:table/ProviderKeys`;

function callerWith(statements: readonly Statement[]): Caller {
  const arn = `arn:aws:sts::${localAccountId}:assumed-role/save/test-save`;
  const principal = { principalArn: roleArnOf("save"), principalId: "AROA:test-save", name: "save" };
  return { type: "AssumedRole", arn, ...principal, accessKeyId: "ASIA", statements };
}

const identity = (...statements: unknown[]) =>
  callerWith(identityStatements({ Version: "2012-10-17", Statement: statements }, "role"));
const keyPolicy = (...statements: unknown[]) =>
  keyPolicyStatements({ Version: "2012-10-17", Statement: statements }, "key");

const allowDecrypt = { Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn };
const denyDecrypt = { ...allowDecrypt, Effect: "Deny" };
const onKey = { Resource: "*" };
const rootMay = { Effect: "Allow", Principal: { AWS: rootArn }, Action: "kms:*", ...onKey };
const roleMay = { Effect: "Allow", Principal: { AWS: roleArnOf("save") }, Action: "kms:Decrypt", ...onKey };
const everyoneMayNot = { Effect: "Deny", Principal: "*", Action: "kms:Decrypt", ...onKey };
const exceptSave = { ArnNotEquals: { "aws:PrincipalArn": roleArnOf("save") } };

const byIdentity = "because no identity-based policy allows the kms:Decrypt action";
const byResource = "because no resource-based policy allows the kms:Decrypt action";

describe("a KMS key", () => {
  const decide = (caller: Caller, policy: readonly Statement[], conditionKeys = {}) =>
    denialOf({ caller, action: "kms:Decrypt", resourceArn: keyArn, conditionKeys, keyPolicy: policy });

  test.each([
    [
      "the root's allow lets the identity's allow count",
      identity(allowDecrypt),
      keyPolicy(rootMay),
      undefined,
    ],
    ["the root's allow alone is not enough", identity(), keyPolicy(rootMay), byIdentity],
    ["the identity's allow alone is not enough", identity(allowDecrypt), keyPolicy(), byResource],
    ["a key policy that names the role is enough", identity(), keyPolicy(roleMay), undefined],
    [
      "another role's statement is nothing to this one",
      identity(allowDecrypt),
      keyPolicy({ ...roleMay, Principal: { AWS: roleArnOf("other") } }),
      byResource,
    ],
    [
      "a session's ARN is not the role's",
      identity(),
      keyPolicy({
        ...roleMay,
        Principal: { AWS: `arn:aws:sts::${localAccountId}:assumed-role/save/test-save` },
      }),
      byResource,
    ],
    [
      "a deny in the key policy wins over both allows",
      identity(allowDecrypt),
      keyPolicy(rootMay, roleMay, everyoneMayNot),
      "with an explicit deny in a resource-based policy",
    ],
    [
      "a deny for the account's root covers its roles",
      identity(allowDecrypt),
      keyPolicy(roleMay, { ...everyoneMayNot, Principal: { AWS: rootArn } }),
      "with an explicit deny in a resource-based policy",
    ],
    [
      "a deny in the identity's policy wins over the key policy",
      identity(denyDecrypt),
      keyPolicy(roleMay),
      "with an explicit deny in an identity-based policy",
    ],
    [
      "a deny for all but the role spares the role",
      identity(allowDecrypt),
      keyPolicy(rootMay, { ...everyoneMayNot, Condition: exceptSave }),
      undefined,
    ],
    [
      "a statement for another key does not count",
      identity({ ...allowDecrypt, Resource: `${keyArn}2` }),
      keyPolicy(rootMay),
      byIdentity,
    ],
    [
      "the case of an action does not count",
      identity({ ...allowDecrypt, Action: "KMS:decrypt" }),
      keyPolicy(rootMay),
      undefined,
    ],
    [
      "an action's wildcard counts",
      identity({ ...allowDecrypt, Action: "kms:De*" }),
      keyPolicy(rootMay),
      undefined,
    ],
    [
      "another action does not count",
      identity({ ...allowDecrypt, Action: "kms:Encrypt" }),
      keyPolicy(rootMay),
      byIdentity,
    ],
  ])("%s", (_name, caller, policy, reason) => {
    expect(decide(caller, policy)).toBe(reason);
  });

  test("a condition on the encryption context decides", () => {
    const Condition = { StringEquals: { "kms:EncryptionContext:purpose": "waxseal" } };
    const caller = identity({ ...allowDecrypt, Condition });
    const asked = (purpose: string) =>
      decide(caller, keyPolicy(rootMay), { "kms:EncryptionContext:purpose": purpose });
    expect(asked("waxseal")).toBeUndefined();
    expect(asked("other")).toBe(byIdentity);
    expect(decide(caller, keyPolicy(rootMay))).toBe(byIdentity);
  });
});

describe("a table", () => {
  const decide = (caller: Caller, action: string) =>
    denialOf({ caller, action, resourceArn: tableArn, conditionKeys: {} });

  test("needs an identity-based allow, and nothing else", () => {
    const caller = identity({ Effect: "Allow", Action: "dynamodb:Query", Resource: tableArn });
    expect(decide(caller, "dynamodb:Query")).toBeUndefined();
    expect(decide(caller, "dynamodb:Scan")).toBe(
      "because no identity-based policy allows the dynamodb:Scan action",
    );
  });

  test("is denied by an explicit deny, whatever is allowed", () => {
    const all = { Effect: "Allow", Action: "*", Resource: "*" };
    const caller = identity(all, { Effect: "Deny", Action: "dynamodb:*Item", Resource: "*" });
    expect(decide(caller, "dynamodb:Query")).toBeUndefined();
    expect(decide(caller, "dynamodb:PutItem")).toBe("with an explicit deny in an identity-based policy");
  });
});
