import { describe, expect, test } from "vitest";
import { assertSupported } from "../../../local/aws/iam/supported.ts";
import { policyOf } from "../../../local/aws/kms/keys.ts";
import { allow } from "../../contract/stack.ts";

const Principal = { AWS: "arn:aws:iam::111122223333:root" };
const statement = { Effect: "Allow", Principal, Action: "kms:Decrypt", Resource: "*" };
const withCondition = (Condition: unknown) => ({ ...statement, Condition });

describe("what is not evaluated is refused by name when a policy is loaded", () => {
  test.each([
    ["NotAction", { Effect: "Allow", Principal, NotAction: "kms:Decrypt", Resource: "*" }],
    ["NotResource", { Effect: "Allow", Principal, Action: "kms:*", NotResource: "*" }],
    ["NotPrincipal", { ...statement, NotPrincipal: Principal }],
    ["NumericLessThan", withCondition({ NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } })],
    ["StringEqualsIgnoreCase", withCondition({ StringEqualsIgnoreCase: { "kms:ViaService": "x" } })],
    ["IpAddress", withCondition({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } })],
    [
      "ForSomeValues:StringEquals",
      withCondition({ "ForSomeValues:StringEquals": { "dynamodb:Attributes": "a" } }),
    ],
    ["aws:SourceIp", withCondition({ StringEquals: { "aws:SourceIp": "10.0.0.1" } })],
    ["${aws:username}", withCondition({ StringEquals: { "kms:EncryptionContext:user": "${aws:username}" } })],
    ["${aws:username}", { ...statement, Resource: "arn:aws:kms:*:*:key/${aws:username}" }],
    ["dynamodb:Attributes", withCondition({ StringEquals: { "dynamodb:Attributes": "a" } })],
  ])("%s", (named, document) => {
    expect(() => policyOf(JSON.stringify({ Version: "2012-10-17", Statement: [document] }))).toThrow(named);
  });

  test("an element that a normalised statement should not have", () => {
    const foreign = { ...allow(["kms:Decrypt"], ["*"]), notActions: ["kms:*"] };
    expect(() => assertSupported([foreign])).toThrow("notActions");
  });
});
