import { ArnFormat, Aws, Stack } from "aws-cdk-lib";
import { CfnTrail } from "aws-cdk-lib/aws-cloudtrail";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket, CfnBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { Settings } from "../../lib/settings.ts";
import { evidenceBucket, tellOfObjects } from "./buckets.ts";

/** Where CloudTrail's files are. */
export interface TrailPlace {
  readonly bucketName: string;
  readonly bucketArn: string;
  /** Without slashes at its ends; empty for none. */
  readonly prefix: string;
  /** The bucket's ARN as cdk-nag writes it, which tells findings apart by the resource. */
  readonly arnInNag: string;
}

/** The bucket of the setting `trail`; undefined where there is none. */
export function trailPlace(scope: Construct, settings: Settings): TrailPlace | undefined {
  if (settings.trail === "off") return undefined;
  if (settings.trail === "create") {
    const { bucket } = new Trail(scope, "Trail", settings);
    const { bucketName, bucketArn } = bucket;
    const logicalId = Stack.of(scope).getLogicalId(bucket.node.defaultChild as CfnBucket);
    return { bucketName, bucketArn, prefix: "", arnInNag: `<${logicalId}.Arn>` };
  }
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${settings.trailBucket}`;
  const prefix = settings.trailPrefix === "none" ? "" : settings.trailPrefix;
  const arnInNag = `arn:<AWS::Partition>:s3:::${settings.trailBucket}`;
  return { bucketName: settings.trailBucket, bucketArn, prefix, arnInNag };
}

/**
 * A trail of the stack's own, where the account has none that could be used: all management events of this region,
 * those of KMS too, of which each `Decrypt` is a read. The KMS keys are this region's, so other regions' events would
 * only cost.
 */
export class Trail extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const trailName = `waxseal-${settings.stage}`;
    // Locked as the audit's own: whoever deletes a file of the trail hides a decryption.
    this.bucket = evidenceBucket(this, "Bucket", settings);
    tellOfObjects(this.bucket);
    this.#letIn(this.#arnOf(trailName));
    const trail = new CfnTrail(this, "Trail", {
      trailName,
      s3BucketName: this.bucket.bucketName,
      isLogging: true,
      enableLogFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      // Nothing is excluded, which KMS can be (KMS Developer Guide, "Excluding AWS KMS events from a trail").
      eventSelectors: [{ readWriteType: "All", includeManagementEvents: true }],
    });
    // CloudTrail looks whether it may write before it makes the trail.
    if (this.bucket.policy) trail.node.addDependency(this.bucket.policy);
  }

  /** CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail". */
  #letIn(trailArn: string): void {
    const principals = [new ServicePrincipal("cloudtrail.amazonaws.com")];
    const ofThisTrail = { "aws:SourceArn": trailArn };
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: "AWSCloudTrailAclCheck20150319",
        principals,
        actions: ["s3:GetBucketAcl"],
        resources: [this.bucket.bucketArn],
        conditions: { StringEquals: ofThisTrail },
      }),
    );
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: "AWSCloudTrailWrite20150319",
        principals,
        actions: ["s3:PutObject"],
        resources: [this.bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`)],
        conditions: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", ...ofThisTrail } },
      }),
    );
  }

  #arnOf(trailName: string): string {
    const parts = { service: "cloudtrail", resource: "trail", resourceName: trailName };
    return Stack.of(this).formatArn({ ...parts, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }
}
