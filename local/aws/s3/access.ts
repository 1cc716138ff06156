/** Who may do what: identity policies and the bucket's ("Required permissions for Amazon S3 API operations"). */
import type { BucketResource } from "../../stack.ts";
import { authorise, denialOf } from "../iam/authorise.ts";
import type { Caller } from "../protocol.ts";
import type { S3Operation, S3Request } from "./request.ts";

const ofBucket: Readonly<Partial<Record<S3Operation, string>>> = {
  HeadBucket: "s3:ListBucket",
  ListObjectsV2: "s3:ListBucket",
  ListObjectVersions: "s3:ListBucketVersions",
  GetBucketVersioning: "s3:GetBucketVersioning",
  GetObjectLockConfiguration: "s3:GetBucketObjectLockConfiguration",
  GetBucketLocation: "s3:GetBucketLocation",
};

/** @throws AwsError `AccessDeniedException`. */
export function allow(
  caller: Caller,
  { operation, bucket: _name, ...request }: S3Request,
  bucket: BucketResource,
) {
  const action = ofBucket[operation];
  const prefix = request.query.get("prefix") ?? undefined;
  if (action) return allowAction(caller, bucket, action, "", { "s3:prefix": prefix });
  return allowAction(caller, bucket, actionOnObject(operation, request.query), request.name, {});
}

export function allowAction(
  caller: Caller,
  { arn, policy }: BucketResource,
  action: string,
  name: string,
  conditionKeys: Readonly<Record<string, string | undefined>> = {},
): void {
  const resourceArn = name === "" ? arn : `${arn}/${name}`;
  authorise({ caller, action, resourceArn, conditionKeys, resourcePolicy: policy });
}

/** Without it, what is not there is answered like what may not be read. */
export function mayList(caller: Caller, { arn, policy }: BucketResource): boolean {
  const request = { caller, action: "s3:ListBucket", resourceArn: arn, conditionKeys: {} };
  return denialOf({ ...request, resourcePolicy: policy }) === undefined;
}

export function mayBypassGovernance(caller: Caller, { arn, policy }: BucketResource, name: string): boolean {
  const request = { caller, action: "s3:BypassGovernanceRetention", resourceArn: `${arn}/${name}` };
  return denialOf({ ...request, conditionKeys: {}, resourcePolicy: policy }) === undefined;
}

function actionOnObject(operation: S3Operation, query: URLSearchParams): string {
  const version = query.has("versionId") ? "Version" : "";
  if (operation === "GetObject" || operation === "HeadObject") return `s3:GetObject${version}`;
  if (operation === "DeleteObject") return `s3:DeleteObject${version}`;
  return `s3:${operation}`;
}
