/** Grants (KMS Developer Guide, "Grants in AWS KMS"; API Reference, "CreateGrant", "ListGrants", "RevokeGrant"). */
import { createHash, randomBytes } from "node:crypto";
import { AwsError, isObject, unknownOperation, type JsonObject } from "../protocol.ts";
import type { Grant } from "./grant.ts";
import { requiredText, stopIfDryRun, text } from "./input.ts";
import { assertNotPendingDeletion } from "./keys.ts";
import { authorisedKey, type KmsOperation } from "./operation.ts";

/** What a grant of the kinds of key that there are here may be for ("Grant operations"). */
const grantable = [
  ...["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
  ...["ReEncryptFrom", "ReEncryptTo", "Sign", "Verify", "GetPublicKey"],
  ...["CreateGrant", "RetireGrant", "DescribeKey"],
];

const createGrant: KmsOperation = {
  readOnly: false,
  run(request) {
    const { input, call, now, keys, trail } = request;
    const kmsKey = authorisedKey(request, { "kms:GrantIsForAWSResource": "false" });
    assertNotPendingDeletion(kmsKey);
    const [name, constraints] = [text(input, "Name"), constraintsOf(input)];
    const grant: Grant = {
      id: randomBytes(32).toString("hex"),
      grantee: requiredText(input, "GranteePrincipal"),
      operations: operationsOf(input),
      ...constraints,
      ...(name !== undefined && { name }),
      issuer: call.caller.principalArn,
      at: now().getTime(),
    };
    stopIfDryRun(input);
    kmsKey.grants = [...(kmsKey.grants ?? []), grant];
    keys.save();
    trail.responseElements = { grantId: grant.id };
    return { GrantId: grant.id, GrantToken: createHash("sha256").update(grant.id).digest("base64") };
  },
};

const listGrants: KmsOperation = {
  readOnly: true,
  run(request) {
    const { arn, grants = [] } = authorisedKey(request);
    const grantee = text(request.input, "GranteePrincipal");
    const id = text(request.input, "GrantId");
    const listed = grants.filter(
      (one) => (grantee ?? one.grantee) === one.grantee && (id ?? one.id) === one.id,
    );
    return { Grants: listed.map((grant) => described(grant, arn)), Truncated: false };
  },
};

const revokeGrant: KmsOperation = {
  readOnly: false,
  run(request) {
    const kmsKey = authorisedKey(request, { "kms:GrantIsForAWSResource": "false" });
    const id = requiredText(request.input, "GrantId");
    const { grants = [] } = kmsKey;
    if (!grants.some((grant) => grant.id === id))
      throw new AwsError("NotFoundException", "There is no such grant");
    stopIfDryRun(request.input);
    kmsKey.grants = grants.filter((grant) => grant.id !== id);
    request.keys.save();
    return {};
  },
};

function described(
  { id, grantee, operations, subset, equals, name, issuer, at }: Grant,
  arn: string,
): JsonObject {
  return {
    KeyId: arn,
    GrantId: id,
    GranteePrincipal: grantee,
    Operations: operations,
    IssuingAccount: issuer,
    CreationDate: at / 1000,
    ...(name !== undefined && { Name: name }),
    ...(subset && { Constraints: { EncryptionContextSubset: subset } }),
    ...(equals && { Constraints: { EncryptionContextEquals: equals } }),
  };
}

function operationsOf(input: JsonObject): readonly string[] {
  const operations = input["Operations"];
  if (
    Array.isArray(operations) &&
    operations.length > 0 &&
    operations.every((one) => grantable.includes(String(one)))
  )
    return operations.map(String);
  throw new AwsError("ValidationException", "Operations has what no grant is for");
}

function constraintsOf(input: JsonObject): Pick<Grant, "subset" | "equals"> {
  const constraints = input["Constraints"];
  if (!isObject(constraints)) return {};
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals, ...others } = constraints;
  if (Object.keys(others).length > 0 || (subset && equals))
    throw unknownOperation("KMS", "CreateGrant with these constraints");
  return {
    ...(isObject(subset) && { subset: subset as Record<string, string> }),
    ...(isObject(equals) && { equals: equals as Record<string, string> }),
  };
}

export const grantOperations: Readonly<Record<string, KmsOperation>> = {
  CreateGrant: createGrant,
  ListGrants: listGrants,
  RevokeGrant: revokeGrant,
};
