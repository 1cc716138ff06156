/** S3, as much as the audit asks: objects with versions, and locks that hold. What it lacks is refused by name. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { BucketResource } from "../../stack.ts";
import { AwsError, type Caller } from "../protocol.ts";
import { elements } from "../query.ts";
import { allow, mayBypassGovernance, mayList } from "./access.ts";
import { xml, type S3Answer } from "./answer.ts";
import { listObjects, listVersions } from "./listing.ts";
import type { ObjectStore, ObjectVersion, Retention } from "./objects.ts";
import type { S3Operation, S3Request } from "./request.ts";

interface Asked {
  readonly request: S3Request;
  readonly bucket: BucketResource;
  readonly caller: Caller;
  readonly store: ObjectStore;
  readonly now: () => Date;
}

const handlers: Readonly<Record<S3Operation, (asked: Asked) => S3Answer>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  GetObjectRetention: (asked) => {
    const { retention } = found(asked);
    if (!retention)
      throw new AwsError(
        "NoSuchObjectLockConfiguration",
        "The specified object does not have a ObjectLock configuration",
        {
          status: 404,
        },
      );
    const until = new Date(retention.until).toISOString();
    return xml("Retention", elements({ Mode: retention.mode, RetainUntilDate: until }));
  },
  HeadBucket: () => ({ status: 200 }),
  ListObjectsV2: ({ store, request }) => listObjects(store, request),
  ListObjectVersions: ({ store, request }) => listVersions(store, request),
  GetBucketVersioning: ({ bucket }) =>
    xml("VersioningConfiguration", bucket.versioned ? elements({ Status: "Enabled" }) : ""),
  GetObjectLockConfiguration: ({ bucket: { lock, lockEnabled } }) => {
    if (!lockEnabled)
      throw new AwsError(
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
        { status: 404 },
      );
    const rule = lock
      ? `<Rule><DefaultRetention>${elements({ Mode: lock.mode, Days: String(lock.days) })}</DefaultRetention></Rule>`
      : "";
    return xml("ObjectLockConfiguration", elements({ ObjectLockEnabled: "Enabled" }) + rule);
  },
  // "Buckets in Region us-east-1 have a LocationConstraint of null."
  GetBucketLocation: () => xml("LocationConstraint", ""),
};

/** @throws AwsError by S3's own codes; `AccessDeniedException` stands for its `AccessDenied`. */
export function answerS3(store: ObjectStore, request: S3Request, caller: Caller, now: () => Date): S3Answer {
  const bucket = store.bucket(request.bucket);
  allow(caller, request, bucket);
  return handlers[request.operation]({ request, bucket, caller, store, now });
}

function putObject({ request, store, bucket }: Asked): S3Answer {
  const { header, body, name } = request;
  checkDigests(header, body);
  const retention = retentionIn(header);
  if (retention && !bucket.lockEnabled)
    throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined && noneMatch !== "*")
    throw new AwsError(
      "NotImplemented",
      "A header you provided implies functionality that is not implemented",
      {
        status: 501,
      },
    );
  const version = store.put(request.bucket, name, {
    body,
    contentType: header("content-type") ?? "binary/octet-stream",
    metadata: request.metadata,
    ...(retention && { retention }),
    onlyIfAbsent: noneMatch === "*",
  });
  return { status: 200, headers: { etag: `"${version.etag}"`, ...versionHeader(version) } };
}

function getObject(asked: Asked): S3Answer {
  const version = found(asked);
  const { etag, contentType, metadata, at, retention, body } = version;
  const meta = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
  const headers = {
    etag: `"${etag}"`,
    "content-type": contentType,
    "last-modified": new Date(at).toUTCString(),
    ...versionHeader(version),
    ...(retention && {
      "x-amz-object-lock-mode": retention.mode,
      "x-amz-object-lock-retain-until-date": new Date(retention.until).toISOString(),
    }),
    ...Object.fromEntries(meta),
  };
  return { status: 200, headers, body: body ?? "" };
}

/** "If the object … is a delete marker", or not there at all. */
function found({ request, store, caller, bucket }: Asked): ObjectVersion {
  const versionId = request.query.get("versionId");
  const { bucket: bucketName, name } = request;
  const version =
    versionId === null ? store.current(bucketName, name) : store.version(bucketName, name, versionId);
  if (version?.body) return version;
  if (version && versionId !== null)
    throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", {
      status: 405,
    });
  if (!mayList(caller, bucket)) throw new AwsError("AccessDeniedException", "Access Denied");
  if (versionId !== null)
    throw new AwsError("NoSuchVersion", "The specified version does not exist.", { status: 404 });
  throw new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404 });
}

function deleteObject({ request, store, caller, bucket, now }: Asked): S3Answer {
  const { name, query, header } = request;
  const versionId = query.get("versionId");
  if (versionId === null) {
    const marker = store.remove(request.bucket, name);
    const headers = marker && { "x-amz-delete-marker": "true", "x-amz-version-id": marker };
    return { status: 204, ...(headers && { headers }) };
  }
  const retention = store.version(request.bucket, name, versionId)?.retention;
  const bypass =
    header("x-amz-bypass-governance-retention") === "true" && mayBypassGovernance(caller, bucket, name);
  if (retention && retention.until > now().getTime() && !(retention.mode === "GOVERNANCE" && bypass))
    throw new AwsError("AccessDeniedException", "Access Denied because object protected by object lock.");
  store.removeVersion(request.bucket, name, versionId);
  return { status: 204, headers: { "x-amz-version-id": versionId } };
}

function versionHeader({ versionId }: ObjectVersion): Record<string, string> {
  return versionId === "null" ? {} : { "x-amz-version-id": versionId };
}

function retentionIn(header: S3Request["header"]): Retention | undefined {
  const mode = header("x-amz-object-lock-mode");
  const until = Date.parse(header("x-amz-object-lock-retain-until-date") ?? "");
  if (mode === undefined) return undefined;
  if ((mode !== "COMPLIANCE" && mode !== "GOVERNANCE") || Number.isNaN(until))
    throw new AwsError("InvalidArgument", "Unknown wormMode directive.");
  return { mode, until };
}

/** "Checking object integrity": what the client sent of them, and there are those that it sends. */
function checkDigests(header: S3Request["header"], body: Buffer): void {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const expected: Readonly<Record<string, () => string>> = {
    "content-md5": () => createHash("md5").update(body).digest("base64"),
    "x-amz-checksum-crc32": () => crc.toString("base64"),
    "x-amz-checksum-sha256": () => createHash("sha256").update(body).digest("base64"),
  };
  for (const [name, digest] of Object.entries(expected)) {
    const sent = header(name);
    if (sent !== undefined && sent !== digest())
      throw new AwsError("BadDigest", "The digest that you specified did not match the calculated checksum.");
  }
}
