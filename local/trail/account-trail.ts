import { localAccountId, localRegion, type LocalStack } from "../stack.ts";

const name = "account";

/** The stack, beside a trail that somebody else made, to a bucket of theirs which tells EventBridge of new objects. */
export function withAccountTrail(
  stack: LocalStack,
  trail: { readonly bucket: string; readonly prefix?: string } | undefined,
): LocalStack {
  if (!trail) return stack;
  const arn = `arn:aws:s3:::${trail.bucket}`;
  const bucket = {
    bucketName: trail.bucket,
    arn,
    versioned: true,
    lockEnabled: false,
    sendsEvents: true,
    policy: [
      {
        effect: "Allow",
        principals: ["cloudtrail.amazonaws.com"],
        actions: ["s3:GetBucketAcl", "s3:PutObject"],
        resources: [arn, `${arn}/*`],
        conditions: {},
      } as const,
    ],
  };
  const made = {
    name,
    arn: `arn:aws:cloudtrail:${localRegion}:${localAccountId}:trail/${name}`,
    bucketName: trail.bucket,
    ...(trail.prefix !== undefined && { prefix: trail.prefix }),
    isLogging: true,
    validatesLogFiles: true,
  };
  return {
    ...stack,
    buckets: [...(stack.buckets ?? []), bucket],
    trails: [...(stack.trails ?? []), made],
  };
}
