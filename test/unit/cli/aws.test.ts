import { describe, expect, test } from "vitest";
import { numberOrText } from "../../../lib/audit/any-number.ts";
import { awsEnvironment, clientsOf } from "../../../lib/cli/aws.ts";

describe("buckets", () => {
  test.each(["http://127.0.0.1:7481", "http://localhost:7481", "http://[::1]:7481"])(
    "are in the path of a loopback endpoint (%s), which has no names for them",
    (AWS_ENDPOINT_URL) => {
      expect(clientsOf(awsEnvironment({ AWS_ENDPOINT_URL })).s3.config.forcePathStyle).toBe(true);
    },
  );

  test.each([
    {},
    { AWS_ENDPOINT_URL: "https://s3.example.com" },
    { AWS_ENDPOINT_URL: "http://127.0.0.1.example.com" },
  ])("are named as AWS asks elsewhere: %j", (environment) => {
    expect(clientsOf({ ...awsEnvironment(environment), region: "eu-west-1" }).s3.config.forcePathStyle).toBe(
      false,
    );
  });
});

test("a number of DynamoDB is one where JavaScript has it whole, and else stays the text that it is", () => {
  expect(["0", "-7", "1.5", "9007199254740991"].map(numberOrText)).toEqual([
    0,
    -7,
    1.5,
    Number.MAX_SAFE_INTEGER,
  ]);
  for (const text of ["9007199254740992", "-9007199254740993", "9".repeat(38), "1E+100", "NaN"])
    expect(numberOrText(text)).toBe(text);
});
