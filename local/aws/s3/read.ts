/** GetObject, HeadObject and GetObjectRetention (Amazon S3 API Reference; User Guide, "Working with delete markers"). */
import { elements } from "../query.ts";
import { xml, type S3Answer } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { accessDenied, s3Error } from "./errors.ts";
import type { ObjectVersion } from "./objects.ts";
import { storedHeaders } from "./put.ts";

export function getObject(asked: Asked): S3Answer {
  const version = found(asked);
  const { access, request } = asked;
  const metadata = Object.entries(version.metadata).map(
    ([name, value]) => [`x-amz-meta-${name}`, value] as const,
  );
  const { checksum: _asked, ...withoutChecksum } = version;
  const wantsChecksum = request.header("x-amz-checksum-mode") === "ENABLED";
  const headers = {
    etag: `"${version.etag}"`,
    "content-type": version.contentType,
    "content-length": String(version.size ?? 0),
    "last-modified": new Date(version.at).toUTCString(),
    ...version.headers,
    ...storedHeaders(wantsChecksum ? version : withoutChecksum),
    ...(access.mayOnObject("GetObjectRetention", request.name) && retentionHeaders(version)),
    ...Object.fromEntries(metadata),
  };
  return {
    status: 200,
    headers,
    ...(request.operation === "GetObject" && version.body && { body: version.body }),
  };
}

/** Only for who has "the s3:GetObjectRetention permission" ("Permissions for viewing lock information"). */
function retentionHeaders({ retention }: ObjectVersion): Readonly<Record<string, string>> {
  if (!retention) return {};
  return {
    "x-amz-object-lock-mode": retention.mode,
    "x-amz-object-lock-retain-until-date": new Date(retention.until).toISOString(),
  };
}

export function getObjectRetention(asked: Asked): S3Answer {
  if (!asked.bucket.lockEnabled)
    throw s3Error("InvalidRequest", "Bucket is missing Object Lock Configuration");
  const { retention } = found(asked);
  if (!retention) {
    const message = "The specified object does not have a ObjectLock configuration";
    throw s3Error("NoSuchObjectLockConfiguration", message, 404);
  }
  const until = new Date(retention.until).toISOString();
  return xml("Retention", elements({ Mode: retention.mode, RetainUntilDate: until }));
}

/** "If the current version of the object is a delete marker, Amazon S3 behaves as if the object was deleted". */
function found({ request, store, access }: Asked): ObjectVersion {
  const { bucket, name, query } = request;
  const versionId = query.get("versionId");
  const version = versionId === null ? store.current(bucket, name) : store.version(bucket, name, versionId);
  if (version?.size !== undefined) return version;
  const marker = version && { "x-amz-delete-marker": "true", "x-amz-version-id": version.versionId };
  if (version && versionId !== null) {
    const headers = { ...marker, "last-modified": new Date(version.at).toUTCString() };
    const message = "The specified method is not allowed against this resource.";
    throw s3Error("MethodNotAllowed", message, 405, headers);
  }
  if (!access.mayList()) throw accessDenied();
  if (versionId !== null) throw s3Error("NoSuchVersion", "The specified version does not exist.", 404);
  throw s3Error("NoSuchKey", "The specified key does not exist.", 404, marker);
}
