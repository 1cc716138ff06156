import { describe, expect, test } from "vitest";
import { identityStatements, keyPolicyStatements } from "../../../local/template/statements.ts";

const document = (statement: unknown) => ({ Version: "2012-10-17", Statement: [statement] });
const read = { Effect: "Allow", Action: "dynamodb:Query", Resource: "arn:aws:dynamodb:us-east-1:1:table/t" };
const root = "arn:aws:iam::111122223333:root";

describe("a statement is normalised", () => {
  test("each element that may be one value becomes a list", () => {
    const condition = {
      StringEquals: { a: "x", b: ["y", "z"] },
      Null: { c: "false", d: true },
      NumericLessThan: { e: 3 },
    };
    expect(identityStatements(document({ Sid: "Read", ...read, Condition: condition }), "Role")).toEqual([
      {
        sid: "Read",
        effect: "Allow",
        actions: ["dynamodb:Query"],
        resources: ["arn:aws:dynamodb:us-east-1:1:table/t"],
        conditions: {
          StringEquals: { a: ["x"], b: ["y", "z"] },
          Null: { c: ["false"], d: ["true"] },
          NumericLessThan: { e: ["3"] },
        },
      },
    ]);
  });

  test("without Sid and Condition it has none", () => {
    const [statement] = identityStatements(document({ ...read, Action: ["a:b", "a:c"] }), "Role");
    expect(statement).toEqual({
      effect: "Allow",
      actions: ["a:b", "a:c"],
      resources: [read.Resource],
      conditions: {},
    });
  });

  test.each<[unknown, readonly string[]]>([
    ["*", ["*"]],
    [{ AWS: "*" }, ["*"]],
    [{ AWS: root }, [root]],
    [{ AWS: [root, "arn:aws:iam::111122223333:role/r"] }, [root, "arn:aws:iam::111122223333:role/r"]],
  ])("a key policy's principal %j is %j", (principal, expected) => {
    const [statement] = keyPolicyStatements(
      document({ ...read, Resource: "*", Principal: principal }),
      "Key",
    );
    expect(statement?.principals).toEqual(expected);
  });
});

describe("what is not known throws, naming it and where it stands", () => {
  test.each<[unknown, string]>([
    [{ ...document(read), Id: "x" }, "Role: Id is not supported"],
    [{ Version: "2008-10-17", Statement: [read] }, "Role.Version: must be one of 2012-10-17"],
    [{ Version: "2012-10-17", Statement: read }, "Role.Statement: must be a list"],
    [document({ ...read, NotAction: "a:b" }), "Role.Statement[0]: NotAction is not supported"],
    [document({ ...read, NotResource: "*" }), "NotResource is not supported"],
    [document({ ...read, Principal: "*" }), "Principal is not supported"],
    [document({ ...read, Effect: "Maybe" }), "Role.Statement[0].Effect: must be one of Allow, Deny"],
    [document({ Effect: "Allow", Resource: "*" }), "Role.Statement[0].Action: must be a string"],
    [document({ Effect: "Allow", Action: "a:b" }), "Role.Statement[0].Resource: must be a string"],
    [document({ ...read, Condition: { StringEquals: "x" } }), "Condition.StringEquals: must be an object"],
    [
      document({ ...read, Condition: { StringEquals: { a: { b: 1 } } } }),
      "Condition.StringEquals.a: must be a string",
    ],
  ])("in a role's policy: %j", (policy, message) => {
    expect(() => identityStatements(policy, "Role")).toThrow(message);
  });

  test.each<[unknown, string]>([
    [undefined, "Key.Statement[0].Principal: must be an object"],
    [{ Service: "s3.amazonaws.com" }, "Key.Statement[0].Principal: Service is not supported"],
    [{ AWS: "AROAEXAMPLE" }, "the principal AROAEXAMPLE is no ARN"],
  ])("in a key policy, the principal %j", (principal, message) => {
    const policy = document({ ...read, ...(principal === undefined ? {} : { Principal: principal }) });
    expect(() => keyPolicyStatements(policy, "Key")).toThrow(message);
  });
});
