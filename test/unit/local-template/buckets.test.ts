import { describe, expect, test } from "vitest";
import { loadStack } from "../../../local/template.ts";
import { assembly, type Resources } from "./assembly.ts";

const statement = {
  Sid: "OnlyTls",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [{ "Fn::GetAtt": ["AuditBucket", "Arn"] }, { "Fn::Sub": "${AuditBucket.Arn}/*" }],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const policy = {
  Type: "AWS::S3::BucketPolicy",
  Properties: {
    Bucket: { Ref: "AuditBucket" },
    PolicyDocument: { Version: "2012-10-17", Statement: [statement] },
  },
};
const locked = {
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
  },
  LifecycleConfiguration: {
    Rules: [{ Status: "Enabled", NoncurrentVersionExpiration: { NoncurrentDays: 30 } }],
  },
  NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  ObjectLockConfiguration: {
    ObjectLockEnabled: "Enabled",
    Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 365 } },
  },
  ObjectLockEnabled: true,
  OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
  PublicAccessBlockConfiguration: { BlockPublicAcls: true },
  VersioningConfiguration: { Status: "Enabled" },
};
const bucketsOf = (properties: object, more: Resources = {}) =>
  loadStack(assembly({ AuditBucket: { Type: "AWS::S3::Bucket", Properties: properties }, ...more })).buckets;
const retention = (of: object) => ({
  ...locked,
  ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "GOVERNANCE", ...of } } },
});

describe("a bucket of the template", () => {
  test("has its lock, its policy, and a name in lower case", () => {
    const arn = "arn:aws:s3:::waxseal-dev-auditbucket";
    expect(bucketsOf(locked, { Policy: policy })).toEqual([
      {
        ...{
          bucketName: "waxseal-dev-auditbucket",
          arn,
          versioned: true,
          lockEnabled: true,
          sendsEvents: true,
        },
        lock: { mode: "COMPLIANCE", days: 365 },
        policy: [
          {
            ...{
              sid: "OnlyTls",
              effect: "Deny",
              principals: ["*"],
              actions: ["s3:*"],
              resources: [arn, `${arn}/*`],
            },
            conditions: { Bool: { "aws:SecureTransport": ["false"] } },
          },
        ],
      },
    ]);
  });

  test("has no versions, lock, events or policy unless it says so", () => {
    const none = { versioned: false, lockEnabled: false, sendsEvents: false, policy: [] };
    expect(bucketsOf({ BucketName: "named" })).toEqual([
      { bucketName: "named", arn: "arn:aws:s3:::named", ...none },
    ]);
  });

  test("has versions where it has Object Lock, which needs them", () => {
    expect(bucketsOf({ ObjectLockEnabled: true })).toMatchObject([{ versioned: true, lockEnabled: true }]);
  });

  test("is locked for days or for years", () => {
    expect(bucketsOf(retention({ Days: 3 }))).toMatchObject([{ lock: { mode: "GOVERNANCE", days: 3 } }]);
    expect(bucketsOf(retention({ Years: 2 }))).toMatchObject([{ lock: { days: 730 } }]);
  });

  test("is named in outputs by name, ARN and domain", () => {
    const Value = {
      "Fn::Join": [
        "|",
        [{ Ref: "B" }, { "Fn::GetAtt": ["B", "DomainName"] }, { "Fn::GetAtt": ["B", "RegionalDomainName"] }],
      ],
    };
    const written = { B: { Type: "AWS::S3::Bucket", Properties: {} } };
    expect(loadStack(assembly(written, undefined, { Names: { Value } })).outputs).toEqual({
      Names: "waxseal-dev-b|waxseal-dev-b.s3.amazonaws.com|waxseal-dev-b.s3.us-east-1.amazonaws.com",
    });
  });

  test("lets a service in by its policy", () => {
    const Statement = [{ ...statement, Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } }];
    const PolicyDocument = { Version: "2012-10-17", Statement };
    const withService = { ...policy, Properties: { ...policy.Properties, PolicyDocument } };
    expect(bucketsOf({}, { Policy: withService })?.[0]?.policy).toMatchObject([
      { principals: ["cloudtrail.amazonaws.com"] },
    ]);
  });
});

describe("what is not known throws, naming it and the bucket", () => {
  const kms = { ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } };
  test.each<[string, object, Resources, string]>([
    ["a property", { ReplicationConfiguration: {} }, {}, "AuditBucket: ReplicationConfiguration is not"],
    [
      "suspended versioning",
      { VersioningConfiguration: { Status: "Suspended" } },
      {},
      "VersioningConfiguration.Status",
    ],
    [
      "encryption by KMS",
      { BucketEncryption: { ServerSideEncryptionConfiguration: [kms] } },
      {},
      "SSEAlgorithm",
    ],
    ["a lock without Object Lock", { ...locked, ObjectLockEnabled: false }, {}, "needs ObjectLockEnabled"],
    ["a lock of days and years", retention({ Days: 1, Years: 1 }), {}, "either Days or Years"],
    ["a lock without a period", retention({}), {}, "must be a number"],
    [
      "events to a function",
      { NotificationConfiguration: { LambdaConfigurations: [] } },
      {},
      "LambdaConfigurations",
    ],
    ["a name in capitals", { BucketName: "Evidence" }, {}, "no name of a bucket"],
    ["a name too long", { BucketName: "x".repeat(64) }, {}, "no name of a bucket"],
    [
      "a policy of another's bucket",
      {},
      { Policy: { ...policy, Properties: { ...policy.Properties, Bucket: "elsewhere" } } },
      "Policy: there is no bucket elsewhere",
    ],
  ])("%s", (_name, properties, more, message) => {
    expect(() => bucketsOf(properties, more)).toThrow(message);
  });

  test("a KMS key that signs and rotates", () => {
    const Properties = {
      ...{ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY", EnableKeyRotation: true },
      KeyPolicy: { Version: "2012-10-17", Statement: [] },
    };
    expect(() => loadStack(assembly({ Signing: { Type: "AWS::KMS::Key", Properties } }))).toThrow(
      "Signing: EnableKeyRotation is of symmetric keys only",
    );
    const { EnableKeyRotation: _rotates, ...signing } = Properties;
    const loaded = loadStack(assembly({ Signing: { Type: "AWS::KMS::Key", Properties: signing } }));
    expect(loaded.kmsKeys).toMatchObject([{ spec: "ECC_NIST_P256" }]);
  });
});
