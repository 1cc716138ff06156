/** EventBridge User Guide, "Comparison operators for use in event patterns in Amazon EventBridge". */
import { expect, test } from "vitest";
import { matchesPattern } from "../../../local/events/pattern.ts";
import { patternOf } from "../../../local/template/pattern.ts";

const event = {
  source: "aws.kms",
  "detail-type": "AWS API Call via CloudTrail",
  resources: ["arn:one", "arn:two"],
  detail: {
    eventName: "PutKeyPolicy",
    errorCode: null,
    object: { name: "AWSLogs/1/CloudTrail/file.json.gz", size: 7 },
    resources: [
      { ARN: "arn:a", type: "AWS::KMS::Key" },
      { ARN: "arn:b", type: "other" },
    ],
  },
};

test.each<[string, boolean, object]>([
  ["a value", true, { source: ["aws.s3", "aws.kms"] }],
  ["another value", false, { source: ["aws.s3"] }],
  ["null, which is there", true, { detail: { errorCode: [null] } }],
  ["one of a list", true, { resources: ["arn:two"] }],
  ["a member of one of a list's objects", true, { detail: { resources: { ARN: ["arn:b"] } } }],
  [
    "members of two of a list's objects",
    false,
    { detail: { resources: { ARN: ["arn:b"], type: ["AWS::KMS::Key"] } } },
  ],
  ["a prefix", true, { detail: { object: { name: [{ prefix: "AWSLogs/" }] } } }],
  ["another prefix", false, { detail: { object: { name: [{ prefix: "awslogs/" }] } } }],
  ["a prefix of a number", false, { detail: { object: { size: [{ prefix: "7" }] } } }],
  ["a suffix", true, { detail: { object: { name: [{ suffix: ".json.gz" }] } } }],
  ["another suffix", false, { detail: { object: { name: [{ suffix: ".json" }] } } }],
  ["a value in another case", true, { source: [{ "equals-ignore-case": "AWS.KMS" }] }],
  ["anything but one", true, { source: [{ "anything-but": "aws.s3" }] }],
  ["anything but it", false, { source: [{ "anything-but": "aws.kms" }] }],
  ["anything but a list with it", false, { source: [{ "anything-but": ["aws.s3", "aws.kms"] }] }],
  ["anything but a prefix", true, { source: [{ "anything-but": { prefix: "custom." } }] }],
  ["anything but its prefix", false, { source: [{ "anything-but": { prefix: "aws." } }] }],
  ["anything but prefixes with it", false, { source: [{ "anything-but": { prefix: ["x", "aws."] } }] }],
  ["anything but its suffix", false, { source: [{ "anything-but": { suffix: ".kms" } }] }],
  ["anything but, of what is not there", false, { detail: { missing: [{ "anything-but": "a" }] } }],
  ["what is there", true, { detail: { eventName: [{ exists: true }] } }],
  ["what is not", true, { detail: { missing: [{ exists: false }] } }],
  ["what is not, in what is not", true, { missing: { inner: [{ exists: false }] } }],
  ["what is there, said not to be", false, { detail: { eventName: [{ exists: false }] } }],
  ["an object is no leaf", false, { detail: [{ exists: true }] }],
  ["one of two filters", true, { source: [{ prefix: "x" }, { suffix: "kms" }] }],
  [
    "one of two patterns",
    true,
    { $or: [{ source: ["aws.s3"] }, { detail: { eventName: ["PutKeyPolicy"] } }] },
  ],
  ["neither of two patterns", false, { $or: [{ source: ["aws.s3"] }, { detail: { eventName: ["A"] } }] }],
  [
    "one of two, and another member that fails",
    false,
    { source: ["x"], $or: [{ source: ["aws.kms"] }, { a: ["b"] }] },
  ],
  ["a choice inside", true, { detail: { $or: [{ a: ["b"] }, { object: { size: [7] } }] } }],
])("%s matches: %s", (_what, matches, pattern) => {
  expect(matchesPattern(patternOf(pattern, "Pattern"), event)).toBe(matches);
});

test.each([
  ["numeric", { a: [{ numeric: [">", 1] }] }],
  ["wildcard", { a: [{ wildcard: "*" }] }],
  ["a filter in a filter", { a: [{ prefix: { "equals-ignore-case": "a" } }] }],
  ["two in one", { a: [{ prefix: "a", suffix: "b" }] }],
  ["a wildcard in anything-but", { a: [{ "anything-but": { wildcard: "*" } }] }],
  ["a value without a list", { a: "b" }],
  ["a choice without a list", { $or: { a: ["b"] } }],
])("%s is refused", (_what, pattern) => {
  expect(() => patternOf(pattern, "Pattern")).toThrow(/Pattern\.(a|\$or)/);
});
