import { describe, expect, test } from "vitest";
import type { Settings } from "../../lib/settings.ts";
import { alarmCodes } from "../../lib/witness/report.ts";
import { actingSettings, jobsSettings, ofType, synthesised, type Synthesised } from "./synthesised.ts";

const settingsWith = (changes: Partial<Settings>): Settings => ({ ...actingSettings, ...changes });
const off = synthesised(settingsWith({}));
/** With checkpoints, whose KMS key is watched too. */
const signing = synthesised(settingsWith({ checkpointSchedule: "rate(1 hour)" }));
const created = synthesised(settingsWith({ trail: "create", auditLock: "governance", graceSeconds: 20 }));
const existing = synthesised(
  settingsWith({ trail: "existing", trailBucket: "org-trails", trailPrefix: "a/b" }),
);

const role = "AuditWitnessReconcileRole";
const arn = "<AuditWitnessReconcileFunction.Arn>";
const bucket = "<AuditTrailBucket>";

interface Policy {
  readonly Roles?: readonly string[];
  readonly PolicyDocument: { readonly Statement: readonly Record<string, unknown>[] };
}

function statementsOf(stack: Synthesised) {
  const inline = stack.resources[role]?.Properties["Policies"] as Policy[];
  const attached = ofType(stack, "AWS::IAM::Policy").map(
    ([, { Properties }]) => Properties as unknown as Policy,
  );
  const its = attached.filter(({ Roles }) => Roles?.includes(`<${role}>`));
  return [...inline, ...its].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

const allow = (Action: string, Resource: string) => ({ Action, Effect: "Allow", Resource });

const always = [
  allow("logs:CreateLogStream", "<AuditWitnessReconcileLogs.Arn>"),
  allow("logs:PutLogEvents", "<AuditWitnessReconcileLogs.Arn>"),
  allow("dynamodb:Query", "<AuditTablesLog.Arn>/index/byWitness"),
  {
    ...allow("dynamodb:PutItem", "<AuditTablesIntake.Arn>"),
    Condition: {
      "ForAllValues:StringEquals": {
        "dynamodb:Attributes": [
          ...["intakeId", "type", "at", "ownerId", "actor", "caller", "requestId", "details", "purgeAt"],
        ],
      },
      "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": ["unaccounted-*", "late-*", "changed-*", "missing-*", "role-*"],
      },
      Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
      StringEquals: { "dynamodb:ReturnValues": ["NONE"] },
    },
  },
  allow("dynamodb:GetItem", "<AuditTablesLedger.Arn>"),
  allow("dynamodb:PutItem", "<AuditTablesLedger.Arn>"),
  allow("dynamodb:UpdateItem", "<AuditTablesLedger.Arn>"),
  allow("dynamodb:Query", "<AuditTablesLedger.Arn>"),
  allow("dynamodb:Query", "<AuditTablesLedger.Arn>/index/pending"),
];

const withoutSid = (statements: readonly Record<string, unknown>[]) =>
  statements.map(({ Sid: _sid, ...statement }) => statement);

describe("the role of the function that reconciles", () => {
  test("finds events by one index, appends to the intake, keeps the ledger; no KMS, no provider keys, no trail", () => {
    expect(withoutSid(statementsOf(off))).toEqual(always);
  });

  test("with a trail it also lists its bucket and reads its files, and no others", () => {
    expect(withoutSid(statementsOf(created))).toEqual([
      ...always,
      allow("s3:ListBucket", "<AuditTrailBucket.Arn>"),
      allow("s3:GetObject", "<AuditTrailBucket.Arn>/AWSLogs/*"),
    ]);
    expect(withoutSid(statementsOf(existing))).toEqual([
      ...always,
      allow("s3:ListBucket", "arn:<AWS::Partition>:s3:::org-trails"),
      allow("s3:GetObject", "arn:<AWS::Partition>:s3:::org-trails/a/b/AWSLogs/*"),
    ]);
  });
});

test("it is told the tables, the KMS keys, every role by its use, and where the trail is", () => {
  const of = (stack: Synthesised) => stack.resources["AuditWitnessReconcileFunction"]?.Properties ?? {};
  const environment = {
    POWERTOOLS_SERVICE_NAME: "waxseal-dev-reconcile",
    WAXSEAL_STAGE: "dev",
    WAXSEAL_AUDIT_LOG: "<AuditTablesLog>",
    WAXSEAL_AUDIT_INTAKE: "<AuditTablesIntake>",
    WAXSEAL_TRAIL_LEDGER: "<AuditTablesLedger>",
    WAXSEAL_KMS_KEYS: "<ProviderKeysEncryptionKey.Arn>",
    WAXSEAL_JOB_ROLES: "",
    WAXSEAL_OPENING_ROLES: "<VerifyRole.Arn>,<ProviderProxyRole.Arn>,<ActingProxyRole.Arn>",
    WAXSEAL_SAVING_ROLES: "<SaveRole.Arn>",
    WAXSEAL_REWRAPPING_ROLES: "<JobsrewrapRole.Arn>",
    WAXSEAL_LONGEST_INVOCATION_SECONDS: "310",
    WAXSEAL_GRACE_SECONDS: "300",
    WAXSEAL_AUDIT_BUCKET: "<AuditEvidence>",
  };
  expect(of(off)).toMatchObject({ Timeout: 900, Environment: { Variables: environment } });
  expect(of(off)["Environment"]).toEqual({ Variables: environment });
  expect(of(created)["Environment"]).toEqual({
    Variables: {
      ...environment,
      WAXSEAL_GRACE_SECONDS: "20",
      WAXSEAL_TRAIL_BUCKET: bucket,
      WAXSEAL_TRAIL_PREFIX: "",
    },
  });
  expect(of(existing)["Environment"]).toMatchObject({
    Variables: { WAXSEAL_TRAIL_BUCKET: "org-trails", WAXSEAL_TRAIL_PREFIX: "a/b" },
  });
  // Those that rewrap and import open nothing.
  expect(of(synthesised(jobsSettings))["Environment"]).toMatchObject({
    Variables: {
      WAXSEAL_JOB_ROLES: "<JobsresealRole.Arn>,<JobsimportverifyRole.Arn>,<JobsexportRole.Arn>",
    },
  });
});

describe("the rules", () => {
  const rulesOf = (stack: Synthesised) =>
    Object.fromEntries(
      ofType(stack, "AWS::Events::Rule")
        .filter(([id]) => id.startsWith("Audit"))
        .map(([id, { Properties }]) => [id.replace("AuditWitness", ""), Properties]),
    );
  const rules = rulesOf(created);
  const patternOf = (name: string) => rules[name]?.["EventPattern"];

  test("without a trail nothing is swept and no file awaited; what KMS and others' trails tell is", () => {
    expect(Object.keys(rulesOf(off))).toEqual([
      "ForeignRoles",
      "ForeignOthers",
      "KmsKeys",
      "KmsEvents",
      "Trails",
      "Buckets",
    ]);
  });

  test("all have the function as their one target, the sweep every minute", () => {
    const targets = Object.values(rules).map(({ Targets }) =>
      (Targets as { Arn: string }[]).map(({ Arn }) => Arn),
    );
    expect(targets).toEqual(Array.from({ length: 8 }, () => [arn]));
    expect(rules["Sweep"]).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      Targets: [{ Input: '{"task":"sweep"}', RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
  });

  test("a file of the trail is told of as it comes", () => {
    const detail = (name: string, prefix: string) => ({
      bucket: { name: [name] },
      object: { key: [{ prefix }] },
    });
    expect(patternOf("TrailFiles")).toEqual({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: detail(bucket, "AWSLogs/"),
    });
    expect(rulesOf(existing)["TrailFiles"]?.["EventPattern"]).toMatchObject({
      detail: detail("org-trails", "a/b/AWSLogs/"),
    });
  });

  test("a read by others than the roles that open and rewrap comes at once, whether in a role's session or not", () => {
    const foreign = {
      source: ["aws.kms"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["kms.amazonaws.com"],
        eventName: ["Decrypt", "ReEncrypt"],
        resources: { ARN: ["<ProviderKeysEncryptionKey.Arn>"] },
      },
    };
    const ours = [
      "<VerifyRole.Arn>",
      "<ProviderProxyRole.Arn>",
      "<ActingProxyRole.Arn>",
      "<JobsrewrapRole.Arn>",
    ];
    const issuer = (filter: unknown) => ({
      userIdentity: { sessionContext: { sessionIssuer: { arn: [filter] } } },
    });
    const detail = (filter: unknown) => ({ detail: { ...foreign.detail, ...issuer(filter) } });
    expect(patternOf("ForeignRoles")).toEqual({ ...foreign, ...detail({ "anything-but": ours }) });
    expect(patternOf("ForeignOthers")).toEqual({ ...foreign, ...detail({ exists: false }) });
    for (const name of ["ForeignRoles", "ForeignOthers"])
      expect(rules[name]?.["State"]).toBe("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
  });

  test("fit into EventBridge's 2,048 characters with nine KMS keys and every role", () => {
    const names = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    const most = rulesOf(synthesised({ ...jobsSettings, ...{ encryptionKeys: names, trail: "create" } }));
    for (const { EventPattern } of Object.values(most)) {
      // The ARN of a KMS key has 78 characters in the longest region's name, that of a role of the stack up to 95.
      const written = JSON.stringify(EventPattern ?? {})
        .replaceAll(/<ProviderKeysEncryptionKeyKey?-?\w*\.Arn>/g, "k".repeat(78))
        .replaceAll(/<\w+Role\.Arn>/g, "r".repeat(95));
      expect(written.length).toBeLessThanOrEqual(2048);
    }
  });

  test("every write to a KMS key, to a trail of the account or to the trail's bucket comes; and what KMS tells", () => {
    const kmsKeys = ["<ProviderKeysEncryptionKey.Arn>"];
    const calls = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"];
    expect(patternOf("KmsKeys")).toEqual({
      source: ["aws.kms"],
      "detail-type": calls,
      detail: { readOnly: [false], resources: { ARN: kmsKeys } },
    });
    expect(patternOf("KmsEvents")).toEqual({
      source: ["aws.kms"],
      "detail-type": ["KMS CMK Rotation", "KMS CMK Deletion", "KMS Imported Key Material Expiration"],
      resources: kmsKeys,
    });
    expect(patternOf("Trails")).toMatchObject({ source: ["aws.cloudtrail"], "detail-type": calls });
    expect(rulesOf(signing)["KmsKeys"]?.["EventPattern"]).toMatchObject({
      detail: { resources: { ARN: [...kmsKeys, "<AuditCheckpointsSigningKey.Arn>"] } },
    });
    expect(patternOf("Buckets")).toEqual({
      source: ["aws.s3"],
      "detail-type": calls,
      detail: {
        readOnly: [false],
        managementEvent: [true],
        requestParameters: { bucketName: [bucket, "<AuditEvidence>"] },
      },
    });
  });
});

describe("a trail of the stack's own", () => {
  test("keeps every management event of the region, KMS's reads too, with digests", () => {
    expect(ofType(created, "AWS::CloudTrail::Trail").map(([, { Properties }]) => Properties)).toEqual([
      {
        TrailName: "waxseal-dev",
        S3BucketName: bucket,
        IsLogging: true,
        EnableLogFileValidation: true,
        IsMultiRegionTrail: false,
        IncludeGlobalServiceEvents: false,
        EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "All" }],
      },
    ]);
    expect(created.resources["AuditTrail"]?.["DependsOn"]).toEqual([
      expect.stringMatching(/^AuditTrailBucketPolicy[0-9A-F]{8}$/),
    ]);
  });

  test("is there only where it is asked for; so are the outputs that say where it is", () => {
    for (const { resources } of [off, existing])
      expect(Object.keys(resources).filter((id) => id.startsWith("AuditTrail"))).toEqual([]);
    const said = (stack: Synthesised) => [
      stack.outputs["TrailBucket"]?.Value,
      stack.outputs["TrailPrefix"]?.Value,
    ];
    expect([off, created, existing].map(said)).toEqual([
      [undefined, undefined],
      [bucket, undefined],
      ["org-trails", "a/b"],
    ]);
  });

  test("its bucket has versions, is locked as the audit's, private, and tells EventBridge of its objects", () => {
    const made = created.resources["AuditTrailBucket"];
    expect(made?.["DeletionPolicy"]).toBe("Retain");
    expect(made?.Properties).toMatchObject({
      VersioningConfiguration: { Status: "Enabled" },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 365 } } },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
    });
    const modes = (["prod", "dev"] as const).map((stage) => {
      const { resources } = synthesised(settingsWith({ stage, trail: "create" }));
      return resources["AuditTrailBucket"]?.Properties["ObjectLockConfiguration"];
    });
    expect(modes).toEqual([
      { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 365 } } },
      undefined,
    ]);
  });

  test("its bucket lets in CloudTrail, for this trail, and nobody without TLS", () => {
    const policy = created.resources["AuditTrailBucketPolicy"];
    const trail = "arn:<AWS::Partition>:cloudtrail:<AWS::Region>:<AWS::AccountId>:trail/waxseal-dev";
    const byCloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
    expect((policy?.Properties as unknown as Policy).PolicyDocument.Statement).toEqual([
      {
        Action: "s3:*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
        Effect: "Deny",
        Principal: { AWS: "*" },
        Resource: ["<AuditTrailBucket.Arn>", "<AuditTrailBucket.Arn>/*"],
      },
      {
        ...byCloudTrail,
        Sid: "AWSCloudTrailAclCheck20150319",
        Action: "s3:GetBucketAcl",
        Resource: "<AuditTrailBucket.Arn>",
        Condition: { StringEquals: { "aws:SourceArn": trail } },
      },
      {
        ...byCloudTrail,
        Sid: "AWSCloudTrailWrite20150319",
        Action: "s3:PutObject",
        Resource: "<AuditTrailBucket.Arn>/AWSLogs/<AWS::AccountId>/*",
        Condition: {
          StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trail },
        },
      },
    ]);
  });
});

describe("the alarms", () => {
  const alarms = ofType(off, "AWS::CloudWatch::Alarm").filter(([id]) => id.startsWith("AuditWitness"));

  test("there is one for each code that the function logs, and it tells the topic of its level", () => {
    const told = Object.fromEntries(
      alarms.map(([, { Properties }]) => [
        Properties["MetricName"],
        (Properties["AlarmActions"] as string[])[0],
      ]),
    ) as Record<string, string>;
    const [page, ticket] = ["<Topicspage>", "<Topicsticket>"];
    expect(told).toEqual({
      [alarmCodes.page.call]: page,
      [alarmCodes.page.change]: page,
      [alarmCodes.missing]: page,
      [alarmCodes.ticket.call]: ticket,
      [alarmCodes.ticket.change]: ticket,
      [alarmCodes.malformed]: ticket,
      [alarmCodes.unreadable]: page,
      RECONCILE_FAILED: ticket,
    });
    const filters = ofType(off, "AWS::Logs::MetricFilter").filter(([id]) => id.startsWith("AuditWitness"));
    expect(filters.map(([, { Properties }]) => Properties["FilterPattern"])).toEqual(
      Object.keys(told).map((code) => `{ $.fields.code = "${code}" }`),
    );
  });

  test("every alarm of the stack tells a topic", () => {
    for (const [, { Properties }] of ofType(signing, "AWS::CloudWatch::Alarm"))
      expect(Properties["AlarmActions"]).toHaveLength(1);
  });

  test("the topics let in alarms of this account, and nobody without TLS", () => {
    const policies = ofType(off, "AWS::SNS::TopicPolicy").map(
      ([, { Properties }]) => Properties as unknown as Policy,
    );
    for (const { PolicyDocument } of policies)
      expect(PolicyDocument.Statement).toEqual([
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        {
          Sid: "AlarmsOfThisAccount",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: expect.stringMatching(/^<Topics(page|ticket)>$/) as string,
          Condition: {
            ArnLike: {
              "aws:SourceArn": "arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*",
            },
            StringEquals: { "aws:SourceAccount": "<AWS::AccountId>" },
          },
        },
      ]);
    expect(policies).toHaveLength(2);
  });
});
