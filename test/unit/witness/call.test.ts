import { describe, expect, test } from "vitest";
import { kmsCallOf, witnessIdOf } from "../../../lib/witness/call.ts";
import { isOneOf, principalOf } from "../../../lib/witness/principal.ts";
import * as aws from "./aws-records.ts";
import { call, record, useId } from "./calls.ts";

describe("a record of AWS's documentation is read", () => {
  test("Decrypt: by whom, when, with which KMS key and context", () => {
    expect(kmsCallOf(aws.decrypt)).toEqual({
      callId: "abcde202-ba1a-467c-b4ba-f729d45ae521",
      requestId: "12345126-30d5-4b28-98b9-9153da559963",
      operation: "Decrypt",
      at: "2020-07-27T22:58:24Z",
      principal: { arn: "arn:aws:iam::111122223333:user/Alice", kind: "IAMUser", account: "111122223333" },
      kmsKeys: [aws.documentedKmsKey],
      encryptionContext: { Department: "Engineering", Project: "Alpha" },
    });
  });

  test("a failed Decrypt, with its error", () => {
    expect(kmsCallOf(aws.decryptFailure)).toMatchObject({ errorCode: "IncorrectKeyException" });
  });

  test("ReEncrypt: both KMS keys, both contexts", () => {
    expect(kmsCallOf(aws.reEncrypt)).toMatchObject({
      operation: "ReEncrypt",
      kmsKeys: [aws.documentedKmsKey, aws.otherKmsKey],
      encryptionContext: { Department: "Engineering", Project: "Alpha" },
      destinationContext: { Level: "3A" },
    });
  });

  test("GenerateDataKey of an older form, which has no type of its resource", () => {
    expect(kmsCallOf(aws.generateDataKey)).toMatchObject({
      operation: "GenerateDataKey",
      requestId: "e0eb83e3-63bc-11e4-bc2b-4198b6150d5c",
      kmsKeys: [aws.documentedKmsKey],
    });
  });

  test("Decrypt by an AWS service under a grant", () => {
    expect(kmsCallOf(aws.decryptUnderGrant)?.principal).toEqual({
      arn: "arn:aws:iam::111122223333:role/aws:ec2-infrastructure",
      kind: "AssumedRole",
      account: "111122223333",
      session: "arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-81e2f56c",
    });
  });

  test("Sign, RotateKey and PutKeyPolicy are no calls with data keys", () => {
    for (const other of [aws.sign, aws.rotateKey, aws.putKeyPolicy]) expect(kmsCallOf(other)).toBeUndefined();
  });
});

describe("who called", () => {
  test.each([
    ["a user", aws.identities.iamUser, "arn:aws:iam::111122223333:user/Alice"],
    [
      "a role, of whichever session",
      aws.identities.assumedRole,
      "arn:aws:iam::123456789012:role/RoleToBeAssumed",
    ],
    ["the account's root", aws.identities.root, "arn:aws:iam::123456789012:root"],
    ["a federated user", aws.identities.federatedUser, "arn:aws:sts::123456789012:federated-user/Bob"],
    [
      "another account, whose names we are not shown",
      aws.identities.awsAccount,
      "777788889999:AIDAQRSTUVWXYZEXAMPLE",
    ],
    ["an AWS service", aws.identities.awsService, "ec2.amazonaws.com"],
    ["somebody of whom nothing is said", undefined, "unknown"],
  ])("is %s", (_who, identity, arn) => {
    expect(principalOf(identity).arn).toBe(arn);
  });

  test("is told by the session where its issuer is not said", () => {
    const { sessionContext: _issuer, ...session } = aws.identities.assumedRole;
    expect(principalOf(session).arn).toBe("arn:aws:iam::123456789012:role/RoleToBeAssumed");
  });

  test("is a role with a path by its name; not another account's of that name, nor one whose name ends so", () => {
    const { sessionContext: _issuer, ...session } = aws.identities.assumedRole;
    const is = (arn: string) => isOneOf(principalOf(session), [arn]);
    expect(is("arn:aws:iam::123456789012:role/app/backend/RoleToBeAssumed")).toBe(true);
    expect(is("arn:aws:iam::210987654321:role/RoleToBeAssumed")).toBe(false);
    expect(is("arn:aws:iam::123456789012:role/NotTheRoleToBeAssumed")).toBe(false);
  });
});

describe("the claim that a call names", () => {
  const useIn = (userAgent: string) => kmsCallOf({ ...record(), userAgent })?.use;

  test("is read wherever it stands in the user agent", () => {
    const expected = { useId, attempt: 2 };
    expect(useIn(`aws-sdk-js/3 waxseal-use/${useId}.2`)).toEqual(expected);
    expect(useIn(`[aws-sdk-js/3 waxseal-use/${useId}.2 exec-env/AWS_Lambda]`)).toEqual(expected);
  });

  test("is none that is cut, longer, within another word, or said twice", () => {
    const use = `waxseal-use/${useId}.1`;
    const others = [use.slice(0, -1), `${use}2345`, `x${use}`, `${use} ${use}`, `waxseal-use/${useId}A.1`];
    for (const other of others) expect(useIn(`aws-sdk-js/3 ${other}`), other).toBeUndefined();
  });

  test("is what a Decrypt is found by; every other call by its request", () => {
    expect(witnessIdOf(call())).toBe(`use/${useId}`);
    expect(witnessIdOf(call({ use: "", requestID: "r-1" }))).toBe("kms/r-1");
    expect(witnessIdOf(call({ eventName: "Encrypt", requestID: "r-1" }))).toBe("kms/r-1");
  });
});

describe("what is not as expected", () => {
  test.each([null, "text", 7, [], {}, { eventSource: "kms.amazonaws.com" }])("%j is no call", (other) => {
    expect(kmsCallOf(other)).toBeUndefined();
  });

  test("strange members are taken for missing ones", () => {
    const strange = {
      resources: "none",
      requestParameters: [1],
      userIdentity: 7,
      userAgent: {},
      errorCode: 3,
    };
    expect(kmsCallOf({ ...record({ eventID: "e", requestID: "r" }), ...strange })).toEqual({
      ...{ callId: "e", requestId: "r", operation: "Decrypt", at: "2026-11-25T10:00:01Z" },
      principal: { arn: "unknown", kind: "Unknown" },
      kmsKeys: [],
      encryptionContext: {},
    });
  });

  test("without id, request or time it cannot be known again, and is none", () => {
    for (const missing of ["eventID", "requestID", "eventTime"])
      expect(kmsCallOf({ ...record(), [missing]: undefined }), missing).toBeUndefined();
    expect(kmsCallOf({ ...record(), eventTime: "yesterday" })).toBeUndefined();
  });

  test("two accounts' records of one call are one call; so is a record that was updated", () => {
    const shared = { sharedEventID: "shared" };
    expect(kmsCallOf({ ...record(), ...shared })?.callId).toBe("shared");
    const addendum = { reason: "UPDATED_DATA", originalEventID: "first" };
    expect(kmsCallOf({ ...record(), addendum })?.callId).toBe("first");
  });
});
