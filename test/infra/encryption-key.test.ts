import { describe, expect, test } from "vitest";
import { encryptionPurpose } from "../../infra/key-policy.ts";
import { encryptionContextOf } from "../../lib/provider-keys/encryption-context.ts";
import { actingSettings, jobsSettings, ofType, synthesised, type Resource } from "./synthesised.ts";

const stack = synthesised(actingSettings);
const openingRoles = ["<VerifyRole.Arn>", "<ProviderProxyRole.Arn>", "<ActingProxyRole.Arn>"];

function theOne(type: string): Resource {
  const [only, ...others] = ofType(stack, type);
  if (!only || others.length > 0) throw new Error(`there must be one ${type}`);
  return only[1];
}

const account = { AWS: "arn:<AWS::Partition>:iam::<AWS::AccountId>:root" };
const everyone = { AWS: "*" };
const cryptographicActions = [
  ...["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"],
  ...["kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext"],
  ...["kms:ReEncryptFrom", "kms:ReEncryptTo"],
];

describe("the key encryption key", () => {
  test("is rotated, and is kept when the stack goes", () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = theOne("AWS::KMS::Key");
    expect(Properties["EnableKeyRotation"]).toBe(true);
    expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    });
    expect(theOne("AWS::KMS::Alias").Properties).toEqual({
      AliasName: "alias/waxseal-dev-provider-keys",
      TargetKeyId: "<ProviderKeysEncryptionKey.Arn>",
    });
  });

  test("is under this policy", () => {
    expect(theOne("AWS::KMS::Key").Properties["KeyPolicy"]).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AdministratorsManage",
          Effect: "Allow",
          Principal: account,
          Action: [
            ...["kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey"],
            ...["kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation"],
            ...["kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies"],
            ...["kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant"],
            ...["kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource"],
            ...["kms:UpdateAlias", "kms:UpdateKeyDescription"],
          ],
          Resource: "*",
        },
        {
          Sid: "SavingRolesMayMakeDataKeys",
          Effect: "Allow",
          Principal: account,
          Action: "kms:GenerateDataKey",
          Resource: "*",
          Condition: { ArnEquals: { "aws:PrincipalArn": ["<SaveRole.Arn>"] } },
        },
        {
          Sid: "OpeningRolesMayDecrypt",
          Effect: "Allow",
          Principal: account,
          Action: "kms:Decrypt",
          Resource: "*",
          Condition: { ArnEquals: { "aws:PrincipalArn": openingRoles } },
        },
        {
          Sid: "RewrappingRolesMayReEncrypt",
          Effect: "Allow",
          Principal: account,
          Action: ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
          Resource: "*",
          Condition: { ArnEquals: { "aws:PrincipalArn": ["<JobsrewrapRole.Arn>"] } },
        },
        {
          Sid: "OnlySavingRolesMakeDataKeys",
          Effect: "Deny",
          Principal: everyone,
          Action: [
            ...["kms:GenerateDataKey", "kms:GenerateDataKeyPair"],
            ...["kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext"],
          ],
          Resource: "*",
          Condition: { ArnNotEquals: { "aws:PrincipalArn": ["<SaveRole.Arn>"] } },
        },
        {
          Sid: "OnlyOpeningRolesDecrypt",
          Effect: "Deny",
          Principal: everyone,
          Action: "kms:Decrypt",
          Resource: "*",
          Condition: { ArnNotEquals: { "aws:PrincipalArn": openingRoles } },
        },
        {
          Sid: "OnlyRewrappingRolesReEncrypt",
          Effect: "Deny",
          Principal: everyone,
          Action: ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
          Resource: "*",
          Condition: { ArnNotEquals: { "aws:PrincipalArn": ["<JobsrewrapRole.Arn>"] } },
        },
        {
          Sid: "NobodyUsesItOtherwise",
          Effect: "Deny",
          Principal: everyone,
          Action: ["kms:CreateGrant", "kms:Encrypt"],
          Resource: "*",
        },
        {
          Sid: "OnlyForProviderKeys",
          Effect: "Deny",
          Principal: everyone,
          Action: cryptographicActions,
          Resource: "*",
          Condition: { StringNotEquals: { "kms:EncryptionContext:purpose": "waxseal/provider-key" } },
        },
        {
          Sid: "OnlyForThisStage",
          Effect: "Deny",
          Principal: everyone,
          Action: cryptographicActions,
          Resource: "*",
          Condition: { StringNotEquals: { "kms:EncryptionContext:stage": "dev" } },
        },
      ],
    });
  });

  test("is asked for with the names and the purpose that its policy wants", () => {
    const context = encryptionContextOf("dev", "owner", "openai/default");
    expect(context).toEqual({
      purpose: encryptionPurpose,
      stage: "dev",
      ownerId: "owner",
      slot: "openai/default",
    });
  });
});

describe("while another KMS key is being put in use", () => {
  const switching = synthesised(jobsSettings);
  const policyOf = (id: string) =>
    (switching.resources[id]?.Properties["KeyPolicy"] as { Statement: { Sid: string; Action: unknown }[] })
      .Statement;
  const actions = (id: string, sid: string) => policyOf(id).find(({ Sid }) => Sid === sid)?.Action;

  test("the first keeps its place in the template: another would be made in its stead, and what it wraps be lost", () => {
    const [first, second] = ofType(switching, "AWS::KMS::Key");
    expect(first?.[0]).toBe(ofType(stack, "AWS::KMS::Key")[0]?.[0]);
    expect(second?.[1]).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    expect(ofType(switching, "AWS::KMS::Alias").map(([, { Properties }]) => Properties["AliasName"])).toEqual(
      ["alias/waxseal-dev-provider-keys", "alias/waxseal-dev-provider-keys-2"],
    );
  });

  test("nothing is rewrapped to the one that is being left", () => {
    expect(actions("ProviderKeysEncryptionKey", "RewrappingRolesMayReEncrypt")).toBe("kms:ReEncryptFrom");
    expect(actions("ProviderKeysEncryptionKey", "NobodyUsesItOtherwise")).toContain("kms:ReEncryptTo");
    const current = "ProviderKeysEncryptionKeyKey2";
    expect(actions(current, "RewrappingRolesMayReEncrypt")).toEqual(["kms:ReEncryptFrom", "kms:ReEncryptTo"]);
    expect(actions(current, "NobodyUsesItOtherwise")).toEqual(["kms:CreateGrant", "kms:Encrypt"]);
  });

  test("the functions seal under the one that is set", () => {
    const save = switching.resources["SaveFunction"]?.Properties["Environment"];
    expect(save).toMatchObject({
      Variables: { WAXSEAL_ENCRYPTION_KEY: "<ProviderKeysEncryptionKeyKey2.Arn>" },
    });
    expect(switching.outputs["EncryptionKeys"]?.Value).toBe(
      "1=<ProviderKeysEncryptionKey.Arn>,2=<ProviderKeysEncryptionKeyKey2.Arn>",
    );
  });
});

function table(name: string): Resource {
  const [, found] = ofType(stack, "AWS::DynamoDB::Table").find(([id]) => id === name) ?? [];
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

describe("the table of sealed records", () => {
  test("is on demand, recoverable, protected, kept, and streams both images", () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = table("ProviderKeysTable");
    expect({ Properties, DeletionPolicy, UpdateReplacePolicy }).toEqual({
      Properties: {
        AttributeDefinitions: [
          { AttributeName: "ownerId", AttributeType: "S" },
          { AttributeName: "slot", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "ownerId", KeyType: "HASH" },
          { AttributeName: "slot", KeyType: "RANGE" },
        ],
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "purgeAt", Enabled: true },
      },
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    });
  });
});

describe("the table of jobs", () => {
  test("is recoverable and kept: its reports are an operator's evidence", () => {
    const { Properties, DeletionPolicy } = table("JobsTable");
    expect({ Properties, DeletionPolicy }).toEqual({
      Properties: {
        AttributeDefinitions: [{ AttributeName: "jobId", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: "purgeAt", Enabled: true },
      },
      DeletionPolicy: "Retain",
    });
  });
});

describe("the table of counters", () => {
  test("is on demand, forgets by itself, and goes with the stack", () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = table("RateLimitsTable");
    expect({ Properties, DeletionPolicy, UpdateReplacePolicy }).toEqual({
      Properties: {
        AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
        TimeToLiveSpecification: { AttributeName: "expire", Enabled: true },
      },
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
    });
  });
});
