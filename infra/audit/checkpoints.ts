import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { AccountRootPrincipal, AnyPrincipal, Effect, PolicyDocument, type IRole } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Function } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { checkpointScheduleOf } from "../../lib/audit-settings.ts";
import type { Settings } from "../../lib/settings.ts";
import { acceptObjects } from "./buckets.ts";
import { keyStatement } from "../key-policy.ts";
import { WaxsealFunction } from "../function.ts";
import { allow } from "../statements.ts";
import {
  enterIntake,
  expireEvents,
  getObjects,
  keepExpiryPlace,
  listObjects,
  putObjects,
} from "./statements.ts";
import type { AuditTables } from "./tables.ts";

export interface CheckpointsProps {
  readonly settings: Settings;
  readonly entry: string;
  readonly tables: AuditTables;
  readonly bucket: Bucket;
}

/** The job that signs what manifests there are, and the KMS key that only it may sign with. */
export class Checkpoints extends Construct {
  readonly fn: Function;
  readonly logGroup: ILogGroup;
  readonly kmsKey: Key;

  constructor(scope: Construct, id: string, { settings, entry, tables, bucket }: CheckpointsProps) {
    super(scope, id);
    const timeout = Duration.minutes(15);
    const made = new WaxsealFunction(this, "Function", { name: "checkpoint", entry, settings, timeout });
    this.logGroup = made.logGroup;
    const { fn } = made;
    this.fn = fn;
    if (!fn.role) throw new Error("the job that signs has no role");
    this.kmsKey = this.#signingKey(settings, fn.role);
    const environment = {
      WAXSEAL_STAGE: settings.stage,
      WAXSEAL_AUDIT_INTAKE: tables.intake.tableName,
      WAXSEAL_AUDIT_BUCKET: bucket.bucketName,
      WAXSEAL_CHECKPOINT_KEY: this.kmsKey.keyArn,
      WAXSEAL_CHECKPOINT_SETTLE_SECONDS: String(settings.checkpointSettleSeconds),
    };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
    this.#grant(fn.role, settings, tables, bucket);
    if (settings.auditRetentionDays > 0) this.#grantExpiry(fn, settings, tables);
    new Rule(this, "Schedule", {
      description: "Signs what the audit recorded since the last time",
      schedule: Schedule.expression(checkpointScheduleOf(settings)),
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
  }

  #grant(role: IRole, settings: Settings, tables: AuditTables, bucket: Bucket): void {
    const { bucketArn } = bucket;
    const statements = [
      allow("kms:Sign", this.kmsKey.keyArn),
      allow("kms:GetPublicKey", this.kmsKey.keyArn),
      enterIntake(
        tables.intake.tableArn,
        settings.auditRetentionDays > 0 ? ["checkpoint-", "expired-"] : ["checkpoint-"],
      ),
      listObjects(bucketArn),
      getObjects(bucketArn, "manifests/"),
      getObjects(bucketArn, "checkpoints/"),
      getObjects(bucketArn, "public-key.pem"),
      putObjects(bucketArn, "checkpoints/"),
      putObjects(bucketArn, "public-key.pem"),
    ];
    for (const statement of statements) role.addToPrincipalPolicy(statement);
    for (const names of ["manifests/*", "checkpoints/*", "public-key.pem*"])
      acceptObjects(role, bucket, names);
  }

  /** Only where events expire at all. */
  #grantExpiry(fn: Function, { auditRetentionDays }: Settings, { log, ledger }: AuditTables): void {
    fn.addEnvironment("WAXSEAL_AUDIT_RETENTION_DAYS", String(auditRetentionDays));
    fn.addEnvironment("WAXSEAL_AUDIT_LOG", log.tableName);
    fn.addEnvironment("WAXSEAL_TRAIL_LEDGER", ledger.tableName);
    const statements = [
      allow("dynamodb:BatchGetItem", log.tableArn, {}, "SeeEvents"),
      expireEvents(log.tableArn),
      ...keepExpiryPlace(ledger.tableArn),
    ];
    for (const statement of statements) fn.role?.addToPrincipalPolicy(statement);
  }

  /** Nobody but the job signs, whatever their own policies say; who manages the key does not. */
  #signingKey({ stage }: Settings, role: IRole): Key {
    const account = new AccountRootPrincipal();
    const onlyTheJob = { "aws:PrincipalArn": role.roleArn };
    return new Key(this, "SigningKey", {
      description: `Waxseal (${stage}): signs the audit's checkpoints`,
      alias: `alias/waxseal-${stage}-checkpoints`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({
        minimize: false,
        statements: [
          keyStatement("AdministratorsManage", Effect.ALLOW, account, managementActions),
          keyStatement("WhoeverMayReadThePublicHalf", Effect.ALLOW, account, [
            "kms:GetPublicKey",
            "kms:Verify",
          ]),
          keyStatement("TheJobMaySign", Effect.ALLOW, account, ["kms:Sign"], { ArnEquals: onlyTheJob }),
          keyStatement("OnlyTheJobSigns", Effect.DENY, new AnyPrincipal(), ["kms:Sign"], {
            ArnNotEquals: onlyTheJob,
          }),
          keyStatement("NobodyPassesItOn", Effect.DENY, new AnyPrincipal(), ["kms:CreateGrant"]),
        ],
      }),
    });
  }
}

const managementActions = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:GetKeyPolicy",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];
