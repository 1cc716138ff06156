import { describe, expect, test } from "vitest";
import type { Settings } from "../../lib/settings.ts";
import { actingSettings, ofType, synthesised, type Resource } from "./synthesised.ts";

const settingsWith = (changes: Partial<Settings>): Settings => ({ ...actingSettings, ...changes });
const signing = synthesised(settingsWith({ checkpointSchedule: "rate(1 hour)", auditLock: "governance" }));
const off = synthesised(settingsWith({}));
const production = synthesised(settingsWith({ stage: "production", auditLockDays: 400 }));

const propertiesOf = (id: string, { resources } = signing) => resources[id]?.Properties ?? {};
const root = { AWS: "arn:<AWS::Partition>:iam::<AWS::AccountId>:root" };
const role = { "aws:PrincipalArn": "<AuditCheckpointsFunctionRole.Arn>" };

describe("the KMS key that signs", () => {
  const { KeyPolicy, ...properties } = propertiesOf("AuditCheckpointsSigningKey");
  const { Statement } = KeyPolicy as { Statement: { Action: string | string[]; Sid: string }[] };

  test("is of P-256, signs, and outlives the stack", () => {
    const description = "Waxseal (dev): signs the audit's checkpoints";
    expect(properties).toEqual({
      Description: description,
      KeySpec: "ECC_NIST_P256",
      KeyUsage: "SIGN_VERIFY",
    });
    const { DeletionPolicy, UpdateReplacePolicy } = signing.resources[
      "AuditCheckpointsSigningKey"
    ] as Resource;
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
  });

  test("signs for the job alone, whatever others are given; whoever manages it neither signs nor passes it on", () => {
    const [managing, ...others] = Statement;
    expect(others).toEqual([
      {
        Sid: "WhoeverMayReadThePublicHalf",
        ...{ Effect: "Allow", Principal: root, Action: ["kms:GetPublicKey", "kms:Verify"], Resource: "*" },
      },
      {
        Sid: "TheJobMaySign",
        ...{ Effect: "Allow", Principal: root, Action: "kms:Sign", Resource: "*" },
        Condition: { ArnEquals: role },
      },
      {
        Sid: "OnlyTheJobSigns",
        ...{ Effect: "Deny", Principal: { AWS: "*" }, Action: "kms:Sign", Resource: "*" },
        Condition: { ArnNotEquals: role },
      },
      {
        Sid: "NobodyPassesItOn",
        ...{ Effect: "Deny", Principal: { AWS: "*" }, Action: "kms:CreateGrant", Resource: "*" },
      },
    ]);
    expect(managing).toMatchObject({ Sid: "AdministratorsManage", Effect: "Allow", Principal: root });
    expect(managing?.Action).not.toContain("kms:Sign");
    expect(managing?.Action).not.toContain("kms:CreateGrant");
    expect([managing?.Action].flat().some((action) => action?.includes("*"))).toBe(false);
  });
});

test("the job signs, says so in the intake, reads what it covers, and writes checkpoints and the public key", () => {
  const { PolicyDocument } = propertiesOf("AuditCheckpointsFunctionRoleDefaultPolicy") as {
    PolicyDocument: { Statement: { Action: unknown; Resource: unknown; Effect: string }[] };
  };
  const may = PolicyDocument.Statement.map(({ Effect, Action, Resource }) => [Effect, Action, Resource]);
  const bucket = "<AuditEvidence.Arn>";
  expect(may).toEqual([
    ["Allow", ["kms:GetPublicKey", "kms:Sign"], "<AuditCheckpointsSigningKey.Arn>"],
    ["Allow", "dynamodb:PutItem", "<AuditTablesIntake.Arn>"],
    ["Allow", "s3:ListBucket", bucket],
    ["Allow", "s3:GetObject", `${bucket}/manifests/*`],
    ["Allow", "s3:GetObject", `${bucket}/checkpoints/*`],
    ["Allow", "s3:GetObject", `${bucket}/public-key.pem*`],
    ["Allow", "s3:PutObject", `${bucket}/checkpoints/*`],
    ["Allow", "s3:PutObject", `${bucket}/public-key.pem*`],
  ]);
});

test("the job runs by its schedule, is told where everything is, and leaves recorders two minutes", () => {
  expect(propertiesOf("AuditCheckpointsFunction")).toMatchObject({
    Timeout: 900,
    Environment: {
      Variables: {
        WAXSEAL_STAGE: "dev",
        WAXSEAL_AUDIT_INTAKE: "<AuditTablesIntake>",
        WAXSEAL_AUDIT_BUCKET: "<AuditEvidence>",
        WAXSEAL_CHECKPOINT_KEY: "<AuditCheckpointsSigningKey.Arn>",
        WAXSEAL_CHECKPOINT_SETTLE_SECONDS: "120",
      },
    },
  });
  expect(propertiesOf("AuditCheckpointsSchedule")).toMatchObject({
    ScheduleExpression: "rate(1 hour)",
    State: "ENABLED",
    Targets: [{ Arn: "<AuditCheckpointsFunction.Arn>" }],
  });
  expect(signing.outputs["CheckpointKeyArn"]?.Value).toBe("<AuditCheckpointsSigningKey.Arn>");
});

test("it leaves them as long as is set, whatever the stage is called", () => {
  const stack = synthesised(settingsWith({ stage: "local", checkpointSchedule: "rate(1 hour)" }));
  const other = synthesised(settingsWith({ checkpointSchedule: "rate(1 hour)", checkpointSettleSeconds: 7 }));
  const settleOf = (one: typeof stack) => propertiesOf("AuditCheckpointsFunction", one)["Environment"];
  expect(settleOf(stack)).toMatchObject({ Variables: { WAXSEAL_CHECKPOINT_SETTLE_SECONDS: "120" } });
  expect(settleOf(other)).toMatchObject({ Variables: { WAXSEAL_CHECKPOINT_SETTLE_SECONDS: "7" } });
});

test("without a schedule there is neither job nor key; a production stage has one unless it says otherwise", () => {
  expect(Object.keys(off.resources).filter((id) => id.includes("Checkpoint"))).toEqual([]);
  expect(off.outputs["CheckpointKeyArn"]).toBeUndefined();
  expect(off.outputs["CheckpointSchedule"]?.Value).toBe("off");
  expect(propertiesOf("AuditCheckpointsSchedule", production)).toMatchObject({
    ScheduleExpression: "rate(1 hour)",
  });
});

test.each(["AUDIT_CHAIN_BROKEN", "CHECKPOINT_FAILED"])("%s in what the job logs alarms", (code) => {
  const filters = ofType(signing, "AWS::Logs::MetricFilter").map(([, { Properties }]) => Properties);
  expect(filters).toContainEqual(
    expect.objectContaining({
      LogGroupName: "<AuditCheckpointsFunctionLogs>",
      FilterPattern: `{ $.fields.code = "${code}" }`,
    }),
  );
  const alarms = ofType(signing, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
  expect(alarms.map(({ MetricName }) => MetricName)).toContain(code);
});

describe("the audit's bucket", () => {
  test("keeps every version, is encrypted, closed to the public, and outlives the stack", () => {
    const { DeletionPolicy, UpdateReplacePolicy, Properties } = off.resources["AuditEvidence"] as Resource;
    expect(Properties).toEqual({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
        ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
      VersioningConfiguration: { Status: "Enabled" },
    });
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
  });

  test("is reached over TLS alone", () => {
    const { PolicyDocument } = propertiesOf("AuditEvidencePolicy") as { PolicyDocument: object };
    expect(PolicyDocument).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          ...{ Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*" },
          Resource: ["<AuditEvidence.Arn>", "<AuditEvidence.Arn>/*"],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  test.each([
    ["compliance, where the stage is production", production, "COMPLIANCE", 400],
    ["governance, where that is set", signing, "GOVERNANCE", 365],
  ])("locks objects by %s", (_how, stack, Mode, Days) => {
    expect(propertiesOf("AuditEvidence", stack)).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode, Days } },
      },
    });
  });

  test("needs no custom resource, in any setting", () => {
    const types = [signing, off, production].flatMap(({ resources }) =>
      Object.values(resources).map(({ Type }) => Type),
    );
    expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
  });
});
