/** PutObject (Amazon S3 API Reference), by whoever calls and by a service of AWS. */
import type { BucketResource } from "../../stack.ts";
import { serviceCaller } from "../caller.ts";
import { unknownOperation } from "../protocol.ts";
import { Access } from "./access.ts";
import type { S3Answer } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { checkDigests, type Digests } from "./digests.ts";
import { s3Error } from "./errors.ts";
import type { ObjectStore, ObjectVersion } from "./objects.ts";
import type { S3Request } from "./request.ts";
import { retentionAsked, type Retention } from "./retention.ts";

/** Answered as they came ("System-defined object metadata"). */
const keptHeaders = ["cache-control", "content-disposition", "content-language", "expires"];

export function putObject({ request, store, bucket, access, now, cause }: Asked): S3Answer {
  const { header, body, name } = request;
  const digests = checkDigests(request);
  checkFixed(header);
  const retention = retentionAsked(header, bucket, now());
  if (retention) access.allowOnObject("PutObjectRetention", name);
  checkProtected(bucket, retention, digests);
  const version = store.put(
    request.bucket,
    name,
    {
      body,
      contentType: header("content-type") ?? "binary/octet-stream",
      headers: headersOf(header),
      metadata: request.metadata,
      ...(digests.checksum && { checksum: digests.checksum }),
      ...(retention && { retention }),
      onlyIfAbsent: header("if-none-match") === "*",
    },
    cause,
  );
  return { status: 200, headers: { etag: `"${version.etag}"`, ...storedHeaders(version) } };
}

/** What every new version is answered with: its id, its checksum, and that S3 encrypts all. */
export function storedHeaders({ versionId, checksum }: ObjectVersion): Readonly<Record<string, string>> {
  return {
    "x-amz-server-side-encryption": "AES256",
    ...(versionId !== "null" && { "x-amz-version-id": versionId }),
    ...(checksum && { [checksum.header]: checksum.value }),
  };
}

/** Of these headers there is one way here; another is refused by name. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  "if-none-match": ["*"],
  "x-amz-server-side-encryption": ["AES256"],
  "x-amz-storage-class": ["STANDARD"],
};

function checkFixed(header: S3Request["header"]): void {
  for (const [name, values] of Object.entries(fixed)) {
    const sent = header(name);
    if (sent !== undefined && !values.includes(sent))
      throw unknownOperation("S3", `PutObject with this ${name}`);
  }
  // "Bucket owner enforced (default) – ACLs are disabled"; this one says what is so anyway.
  if (!["bucket-owner-full-control", undefined].includes(header("x-amz-acl")))
    throw s3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

/** "… is required for any request to upload an object with a retention period", the bucket's own too. */
function checkProtected({ lock }: BucketResource, asked: Retention | undefined, { given }: Digests): void {
  if (given || (!asked && !lock)) return;
  const message =
    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters";
  throw s3Error("InvalidRequest", message);
}

function headersOf(header: S3Request["header"]): Readonly<Record<string, string>> {
  const encodings =
    header("content-encoding")
      ?.split(",")
      .map((one) => one.trim()) ?? [];
  const encoding = encodings.filter((one) => one !== "aws-chunked").join(",");
  const pairs = keptHeaders.flatMap((name) => {
    const value = header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(pairs), ...(encoding !== "" && { "content-encoding": encoding }) };
}

export interface ServicePut {
  readonly bucket: string;
  readonly name: string;
  readonly body: Buffer;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** Names in lower case, without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What it does it for, as a trail's ARN: `aws:SourceArn`. */
  readonly sourceArn: string;
}

/**
 * What a service of AWS writes by itself, as CloudTrail its files, if the bucket's policy lets it (AWS CloudTrail
 * User Guide, "Amazon S3 bucket policy for CloudTrail").
 *
 * @param service - `cloudtrail.amazonaws.com`.
 * @throws AwsError `NoSuchBucket`, `AccessDeniedException`.
 */
export function putAsService(store: ObjectStore, service: string, put: ServicePut): ObjectVersion {
  const { bucket, name, contentEncoding, sourceArn, ...object } = put;
  const account = sourceArn.split(":")[4];
  new Access(serviceCaller(service), store.bucket(bucket)).allowOnObject("PutObject", name, {
    "s3:x-amz-acl": "bucket-owner-full-control",
    "aws:SourceArn": sourceArn,
    "aws:SourceAccount": account,
  });
  const headers = contentEncoding === undefined ? {} : { "content-encoding": contentEncoding };
  return store.put(bucket, name, { ...object, headers }, { requester: service, sourceIpAddress: service });
}
