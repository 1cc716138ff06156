import { serviceCaller } from "../aws/caller.ts";
import { denialOf } from "../aws/iam/authorise.ts";
import { localAccountId, type LocalStack } from "../stack.ts";

const caller = serviceCaller("cloudtrail.amazonaws.com");

/**
 * As CreateTrail does ("Amazon S3 bucket policy for CloudTrail").
 *
 * @throws Error where a trail could not deliver, by its name and what it may not.
 */
export function assertDeliverable({ trails = [], buckets = [] }: LocalStack): void {
  for (const { name, arn, bucketName, prefix } of trails) {
    const bucket = buckets.find((one) => one.bucketName === bucketName);
    if (!bucket) throw new Error(`trail ${name}: there is no bucket ${bucketName}`);
    const folder = `${prefix === undefined ? "" : `${prefix}/`}AWSLogs/${localAccountId}`;
    const context = { "aws:SourceArn": arn, "aws:SourceAccount": localAccountId };
    const asked = [
      ["s3:GetBucketAcl", bucket.arn, context],
      [
        "s3:PutObject",
        `${bucket.arn}/${folder}/any`,
        { ...context, "s3:x-amz-acl": "bucket-owner-full-control" },
      ],
    ] as const;
    for (const [action, resourceArn, conditionKeys] of asked) {
      const reason = denialOf({ caller, action, resourceArn, conditionKeys, resourcePolicy: bucket.policy });
      if (reason !== undefined)
        throw new Error(`trail ${name}: CloudTrail may not ${action} on ${resourceArn} ${reason}`);
    }
  }
}
