/** IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys". */
import { describe, expect, test } from "vitest";
import { conditionsHold, contextOf } from "../../../local/aws/iam/conditions.ts";
import { matchesArn, matchesWildcard } from "../../../local/aws/iam/match.ts";

const name = "kms:EncryptionContext:purpose";
const many = "dynamodb:Attributes";
const role = "arn:aws:iam::111122223333:role/save";

/** Operator, policy values, request values (undefined: the condition key is absent), whether it holds. */
const cases: [operator: string, policy: string[], request: string[] | undefined, holds: boolean][] = [
  ["StringEquals", ["a", "b"], ["b"], true],
  ["StringEquals", ["a"], ["A"], false],
  ["StringEquals", ["a*"], ["ab"], false],
  ["StringEquals", ["a"], undefined, false],
  ["StringEqualsIfExists", ["a"], undefined, true],
  ["StringEqualsIfExists", ["a"], ["b"], false],
  ["StringNotEquals", ["a", "b"], ["c"], true],
  ["StringNotEquals", ["a", "b"], ["b"], false],
  ["StringNotEquals", ["a"], undefined, true],
  ["StringNotEqualsIfExists", ["a"], undefined, true],
  ["StringLike", ["a*d", "x?"], ["abcd"], true],
  ["StringLike", ["x?"], ["x"], false],
  ["StringLike", ["a.c"], ["abc"], false],
  ["StringLike", ["*"], undefined, false],
  ["StringNotLike", ["a*"], ["abc"], false],
  ["StringNotLike", ["a*"], ["b"], true],
  ["StringNotLike", ["a*"], undefined, true],
  ["ArnEquals", [role], [role], true],
  ["ArnEquals", ["arn:aws:iam::111122223333:role/*"], [role], true],
  ["ArnEquals", ["arn:aws:iam::*:role/sav?"], [role], true],
  ["ArnEquals", ["arn:*"], [role], false],
  ["ArnEquals", [role], undefined, false],
  ["ArnLike", ["arn:aws:iam::111122223333:*"], [role], true],
  ["ArnLike", ["arn:aws:sts::111122223333:role/save"], [role], false],
  ["ArnNotEquals", [role], [role], false],
  ["ArnNotEquals", [role], ["arn:aws:iam::111122223333:user/eve"], true],
  ["ArnNotEquals", [role], undefined, true],
  ["ArnNotLike", ["arn:aws:iam::111122223333:role/*"], [role], false],
  ["ArnNotLikeIfExists", [role], undefined, true],
  ["Null", ["true"], undefined, true],
  ["Null", ["true"], ["a"], false],
  ["Null", ["false"], ["a"], true],
  ["Null", ["false"], undefined, false],
  ["Bool", ["true"], ["true"], true],
  ["Bool", ["TRUE"], ["true"], true],
  ["Bool", ["true"], ["false"], false],
  ["Bool", ["false"], undefined, false],
  ["BoolIfExists", ["true"], undefined, true],
];

const multivalued: typeof cases = [
  ["ForAllValues:StringEquals", ["a", "b"], ["a"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
  ["ForAllValues:StringEquals", ["a"], undefined, true],
  ["ForAllValues:StringEquals", ["a"], [], true],
  ["ForAllValues:StringLike", ["last*"], ["lastUsedAt", "lastUsedBy"], true],
  ["ForAllValues:StringNotEquals", ["secret"], ["a", "b"], true],
  ["ForAllValues:StringNotEquals", ["secret"], ["a", "secret"], false],
  ["ForAllValues:StringEqualsIfExists", ["a"], undefined, true],
  ["ForAnyValue:StringEquals", ["a"], ["b", "a"], true],
  ["ForAnyValue:StringEquals", ["a"], ["b", "c"], false],
  ["ForAnyValue:StringEquals", ["a"], undefined, false],
  ["ForAnyValue:StringNotEquals", ["a"], ["a", "b"], true],
  ["ForAnyValue:StringNotEquals", ["a"], ["a"], false],
  ["ForAnyValue:StringNotEquals", ["a"], undefined, false],
  ["ForAnyValue:StringLikeIfExists", ["a*"], undefined, true],
];

describe("condition operators", () => {
  const title = "%s %j against %j is %s";
  test.each(cases)(title, (operator, policy, request, holds) => {
    expect(conditionsHold({ [operator]: { [name]: policy } }, contextOf({ [name]: request }))).toBe(holds);
  });
  test.each(multivalued)(title, (operator, policy, request, holds) => {
    expect(conditionsHold({ [operator]: { [many]: policy } }, contextOf({ [many]: request }))).toBe(holds);
  });

  test("every operator and every condition key of a block must hold", () => {
    const block = { StringEquals: { one: ["1"], two: ["2"] }, Null: { three: ["true"] } };
    expect(conditionsHold(block, contextOf({ one: "1", two: "2" }))).toBe(true);
    expect(conditionsHold(block, contextOf({ one: "1", two: "x" }))).toBe(false);
    expect(conditionsHold(block, contextOf({ one: "1", two: "2", three: "3" }))).toBe(false);
  });

  test("the case of a condition key's name does not count, that of its value does", () => {
    const block = { StringEquals: { "KMS:encryptioncontext:PURPOSE": ["a"] } };
    expect(conditionsHold(block, contextOf({ [name]: "a" }))).toBe(true);
    expect(conditionsHold(block, contextOf({ [name]: "A" }))).toBe(false);
  });

  test("no condition is a condition that holds", () => {
    expect(conditionsHold({}, contextOf({}))).toBe(true);
  });
});

describe("wildcards", () => {
  test("in an ARN a wildcard does not cross a colon, except in the last part", () => {
    expect(matchesArn("arn:aws:kms:*:key/1", "arn:aws:kms:us-east-1:111122223333:key/1")).toBe(false);
    expect(matchesArn("arn:aws:logs:*:*:*", "arn:aws:logs:us-east-1:1:log-group:a:b")).toBe(true);
    expect(matchesArn("arn:aws:dynamodb:*:*:table/T", "arn:aws:dynamodb:us-east-1:1:table/T/index/I")).toBe(
      false,
    );
  });

  test("characters of regular expressions stand for themselves", () => {
    expect(matchesWildcard("a+(b)[c]$", "a+(b)[c]$")).toBe(true);
    expect(matchesWildcard("a.b", "axb")).toBe(false);
    expect(matchesWildcard("a*", "a\nb")).toBe(true);
  });
});
