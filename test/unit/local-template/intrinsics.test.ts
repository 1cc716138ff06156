import { describe, expect, test } from "vitest";
import { resolver } from "../../../local/template/intrinsics.ts";
import { TemplateError } from "../../../local/template/read.ts";

const resolve = resolver("Waxseal-dev", {
  ref: (logicalId, where) => {
    if (logicalId !== "Table") throw new TemplateError(where, `there is no resource ${logicalId}`);
    return "the-table";
  },
  attribute: (logicalId, name) => `${logicalId}/${name}`,
});
const resolved = (value: unknown) => resolve(value, "Some.Property");

describe("an intrinsic function gives what CloudFormation gives", () => {
  test.each<[unknown, unknown]>([
    [{ Ref: "Table" }, "the-table"],
    [{ "Fn::GetAtt": ["Table", "Arn"] }, "Table/Arn"],
    [{ "Fn::GetAtt": "Table.Stream.Arn" }, "Table/Stream.Arn"],
    [{ "Fn::Join": ["-", ["a", { Ref: "Table" }, "b"]] }, "a-the-table-b"],
    [{ "Fn::Join": ["", { "Fn::Split": ["-", "a-b"] }] }, "ab"],
    [{ "Fn::Select": [1, ["a", "b"]] }, "b"],
    [{ "Fn::Select": ["0", { "Fn::Split": ["-", { Ref: "Table" }] }] }, "the"],
    [{ "Fn::Split": [",", "a,b"] }, ["a", "b"]],
    [
      { "Fn::Sub": "${Table}|${Table.Arn}|${AWS::Region}|${!Table}" },
      "the-table|Table/Arn|us-east-1|${Table}",
    ],
    [{ "Fn::Sub": ["${Own}:${Table}", { Own: { "Fn::GetAtt": ["Table", "Arn"] } }] }, "Table/Arn:the-table"],
  ])("%j", (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  test.each([
    ["AWS::AccountId", "111122223333"],
    ["AWS::Region", "us-east-1"],
    ["AWS::Partition", "aws"],
    ["AWS::URLSuffix", "amazonaws.com"],
    ["AWS::StackName", "Waxseal-dev"],
  ])("the pseudo parameter %s", (name, expected) => {
    expect(resolved({ Ref: name })).toBe(expected);
  });

  test("within lists and objects, and everything else stays as it is", () => {
    const value = { a: [{ b: { Ref: "Table" } }, 1, true, null], Condition: { Null: "false" } };
    expect(resolved(value)).toEqual({ a: [{ b: "the-table" }, 1, true, null], Condition: { Null: "false" } });
  });
});

describe("what is not known throws, naming it and where it stands", () => {
  test.each<[unknown, string]>([
    [{ "Fn::ImportValue": "x" }, "Some.Property: Fn::ImportValue is not supported"],
    [{ a: [{ "Fn::If": ["c", 1, 2] }] }, "Some.Property.a[0]: Fn::If is not supported"],
    [{ "Fn::Base64": "x" }, "Fn::Base64 is not supported"],
    [{ Ref: "AWS::NoValue" }, "Some.Property: AWS::NoValue is not supported"],
    [{ Ref: "Nothing" }, "Some.Property: there is no resource Nothing"],
    [{ "Fn::Sub": "${Nothing}" }, "there is no resource Nothing"],
    [{ Ref: "Table", Other: 1 }, "Ref must stand alone"],
    [{ Ref: ["Table"] }, "must be a string"],
    [{ "Fn::GetAtt": ["Table"] }, "must be a string"],
    [{ "Fn::Join": ["-"] }, "must be a list of two"],
    [{ "Fn::Join": ["-", [1]] }, "must be a string"],
    [{ "Fn::Select": [2, ["a", "b"]] }, "Fn::Select chooses what is not there"],
    [{ "Fn::Split": ["-", ["a"]] }, "must be a string"],
  ])("%j", (value, message) => {
    expect(() => resolved(value)).toThrow(TemplateError);
    expect(() => resolved(value)).toThrow(message);
  });
});
