import { CfnResource, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  ObjectOwnership,
  type BucketProps,
} from "aws-cdk-lib/aws-s3";
import { AnyPrincipal, Effect, PolicyStatement, type IRole } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { lockOf } from "../../lib/audit-settings.ts";
import type { Settings } from "../../lib/settings.ts";
import { accept, acceptedOfBuckets, acceptedOfRecorder } from "../findings.ts";

/** For what is evidence: every version kept, locked as it is set, read and written over TLS alone, by nobody from outside. */
export function evidenceBucket(scope: Construct, id: string, settings: Settings): Bucket {
  const lock = lockOf(settings);
  const bucket = privateBucket(scope, id, { versioned: true });
  if (lock === "none") return bucket;
  // By its own properties: the construct knows no mode without a custom resource's help in every version.
  const cfn = bucket.node.defaultChild as CfnBucket;
  cfn.objectLockEnabled = true;
  cfn.objectLockConfiguration = {
    objectLockEnabled: "Enabled",
    rule: { defaultRetention: { mode: lock.toUpperCase(), days: settings.auditLockDays } },
  };
  return bucket;
}

/**
 * What could not be recorded, whole: sealed attributes too. So the recorder alone puts it there, the function that redrives
 * (`infra/audit/redrive.ts`) alone gets at it, and it goes after a while.
 */
export function failuresBucket(scope: Construct, id: string, recorder: IRole): Bucket {
  const lifecycleRules = [{ expiration: Duration.days(30) }];
  const bucket = privateBucket(scope, id, { lifecycleRules });
  bucket.addToResourcePolicy(onlyOf("OnlyTheRecorder", bucket, ["s3:PutObject*", "s3:Replicate*"], recorder));
  return bucket;
}

/**
 * Denied to everybody else, whatever their own policies say; by patterns, since who names a version needs another action
 * (S3 API Reference, "GetObject": "s3:GetObjectVersion").
 */
export function onlyOf(
  sid: string,
  bucket: Bucket,
  actions: readonly string[],
  { roleArn }: IRole,
): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: [bucket.arnForObjects("*")],
    conditions: { ArnNotEquals: { "aws:PrincipalArn": roleArn } },
  });
}

/** New objects are told to EventBridge; without the custom resource that the construct has for it. */
export function tellOfObjects(bucket: Bucket): void {
  const cfn = bucket.node.defaultChild as CfnBucket;
  cfn.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

export function privateBucket(scope: Construct, id: string, props: BucketProps = {}): Bucket {
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...props,
  });
  accept(bucket, acceptedOfBuckets);
  // Kept also where it is replaced.
  (bucket.node.defaultChild as CfnResource).applyRemovalPolicy(RemovalPolicy.RETAIN);
  return bucket;
}

/** The names of objects are made as they are written: a role may have those that begin with a prefix. */
export function acceptObjects(role: IRole, bucket: Bucket, names: string): void {
  const logicalId = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
  accept(role, acceptedOfRecorder, `[Resource::<${logicalId}.Arn>/${names}]`);
}
