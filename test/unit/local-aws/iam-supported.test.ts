import { describe, expect, test } from "vitest";
import { assertSupported } from "../../../local/aws/iam/supported.ts";
import { statementsOf } from "../../../local/aws/iam/document.ts";
import { allow } from "../../contract/stack.ts";

const statement = { Effect: "Allow", Action: "kms:Decrypt", Resource: "*" };
const withCondition = (Condition: unknown) => ({ ...statement, Condition });

describe("what is not evaluated is refused by name when a policy is loaded", () => {
  test.each([
    ["NotAction", { Effect: "Allow", NotAction: "kms:Decrypt", Resource: "*" }],
    ["NotResource", { Effect: "Allow", Action: "kms:*", NotResource: "*" }],
    ["NotPrincipal", { ...statement, NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } }],
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
    expect(() => statementsOf({ Version: "2012-10-17", Statement: [document] })).toThrow(named);
  });

  test("an element that a normalised statement should not have", () => {
    const foreign = { ...allow(["kms:Decrypt"], ["*"]), notActions: ["kms:*"] };
    expect(() => assertSupported([foreign])).toThrow("notActions");
  });

  test("a text that is no policy, and an effect that is none", () => {
    expect(() => statementsOf("text")).toThrow("JSON object");
    expect(() => statementsOf({ Statement: { ...statement, Effect: "allow" } })).toThrow("Effect");
  });
});

test("single values and lists of a policy document become lists", () => {
  const Principal = { AWS: ["arn:aws:iam::111122223333:root"], Service: "logs.amazonaws.com" };
  const Condition = { StringEquals: { "kms:EncryptionContext:purpose": "p" } };
  expect(statementsOf({ Statement: { Sid: "One", ...statement, Principal, Condition } })).toEqual([
    {
      sid: "One",
      effect: "Allow",
      principals: ["arn:aws:iam::111122223333:root", "logs.amazonaws.com"],
      actions: ["kms:Decrypt"],
      resources: ["*"],
      conditions: { StringEquals: { "kms:EncryptionContext:purpose": ["p"] } },
    },
  ]);
});
