/** S3, as much as the audit asks: objects with versions, and locks that hold. What it lacks is refused by name. */
import { localAccountId } from "../../stack.ts";
import { accountOf } from "../caller.ts";
import type { AwsCall } from "../protocol.ts";
import { elements } from "../query.ts";
import { Access } from "./access.ts";
import { xml, type S3Answer } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { accessDenied, s3Error } from "./errors.ts";
import { listObjects, listVersions } from "./listing.ts";
import type { ObjectStore } from "./objects.ts";
import { putObject } from "./put.ts";
import { getObject, getObjectRetention } from "./read.ts";
import type { S3Operation, S3Request } from "./request.ts";
import { isHeld } from "./retention.ts";

const handlers: Readonly<Record<S3Operation, (asked: Asked) => S3Answer>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  GetObjectRetention: getObjectRetention,
  HeadBucket: () => ({ status: 200 }),
  ListObjectsV2: ({ store, request }) => listObjects(store, request),
  ListObjectVersions: ({ store, request }) => listVersions(store, request),
  GetBucketVersioning: ({ bucket }) =>
    xml("VersioningConfiguration", bucket.versioned ? elements({ Status: "Enabled" }) : ""),
  GetObjectLockConfiguration: getObjectLockConfiguration,
  // "Buckets in Region us-east-1 have a LocationConstraint of null."
  GetBucketLocation: () => xml("LocationConstraint", ""),
};

/** @throws AwsError by S3's own codes; `AccessDeniedException` stands for its `AccessDenied`. */
export function answerS3(store: ObjectStore, request: S3Request, call: AwsCall, now: () => Date): S3Answer {
  const { caller, requestId, sourceIpAddress } = call;
  const bucket = store.bucket(request.bucket);
  if (![localAccountId, undefined].includes(request.header("x-amz-expected-bucket-owner")))
    throw accessDenied();
  const access = new Access(caller, bucket);
  access.allow(request);
  const cause = { requestId, sourceIpAddress, requester: accountOf(caller) };
  return handlers[request.operation]({ request, bucket, access, store, now, cause });
}

function deleteObject(asked: Asked): S3Answer {
  const { request, store, access, now } = asked;
  const { bucket, name, query, header } = request;
  const versionId = query.get("versionId");
  if (versionId === null) {
    const marker = store.remove(bucket, name);
    return { status: 204, ...(marker && { headers: markerHeaders(marker) }) };
  }
  const version = store.version(bucket, name, versionId);
  const saysSo = header("x-amz-bypass-governance-retention")?.toLowerCase() === "true";
  const bypasses = () => saysSo && access.mayOnObject("BypassGovernanceRetention", name);
  if (isHeld(version?.retention, now(), bypasses))
    throw accessDenied("Access Denied because object protected by object lock.");
  store.removeVersion(bucket, name, versionId);
  const isMarker = version && version.size === undefined;
  return { status: 204, headers: isMarker ? markerHeaders(versionId) : { "x-amz-version-id": versionId } };
}

function markerHeaders(versionId: string): Readonly<Record<string, string>> {
  return { "x-amz-delete-marker": "true", "x-amz-version-id": versionId };
}

function getObjectLockConfiguration({ bucket: { lock, lockEnabled } }: Asked): S3Answer {
  if (!lockEnabled) {
    const message = "Object Lock configuration does not exist for this bucket";
    throw s3Error("ObjectLockConfigurationNotFoundError", message, 404);
  }
  const retention = lock && elements({ Mode: lock.mode, Days: String(lock.days) });
  const rule =
    retention === undefined ? "" : `<Rule><DefaultRetention>${retention}</DefaultRetention></Rule>`;
  return xml("ObjectLockConfiguration", elements({ ObjectLockEnabled: "Enabled" }) + rule);
}
