import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { awsErrorName, describeAwsError } from "../aws-failure.ts";
import { WaxsealError } from "../errors.ts";
import { canonicalBytes } from "./canonical.ts";
import type { Manifest, ManifestWriter } from "./manifest.ts";

/** The one method used of the client. */
export type S3Sender = Pick<S3Client, "send">;

export const manifestPrefix = "manifests/";
export const checkpointPrefix = "checkpoints/";
export const publicKeyName = "public-key.pem";

/** The manifests of the audit's bucket. Errors: `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`. */
export function manifestStore(s3: S3Sender, bucket: string, now: () => Date): ManifestWriter {
  return {
    async write(manifest) {
      const body = canonicalBytes(manifest);
      await putOnce(s3, bucket, manifestName(now(), body), body);
    },
  };
}

/** `manifests/<when it was written>-<first 16 digits of its hash>.json` */
export function manifestName(at: Date, body: Uint8Array): string {
  return `${manifestPrefix}${at.toISOString()}-${sha256(body).slice(0, 16)}.json`;
}

/** When it was written, by its name: ISO 8601. */
export function timeOfManifest(name: string): string {
  return name.slice(manifestPrefix.length, manifestPrefix.length + 24);
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @returns whether there was none of the name. */
export async function putOnce(
  s3: S3Sender,
  bucket: string,
  name: string,
  body: Uint8Array,
  contentType = "application/json",
): Promise<boolean> {
  const object = { Bucket: bucket, Key: name, Body: body, ContentType: contentType, IfNoneMatch: "*" };
  // "Any request to upload an object with … an S3 Object Lock retention period must include the Content-MD5 header".
  const command = new PutObjectCommand({ ...object, ContentMD5: md5(body) });
  try {
    await s3.send(command);
    return true;
  } catch (error) {
    if (awsErrorName(error) === "PreconditionFailed") return false;
    throw s3Error("PutObject", error);
  }
}

/** The newest version's bytes; `undefined` where there is none. */
export async function readObject(s3: S3Sender, bucket: string, name: string, versionId?: string) {
  try {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: name,
      ...(versionId && { VersionId: versionId }),
    });
    return await (await s3.send(command)).Body?.transformToByteArray();
  } catch (error) {
    if (awsErrorName(error) === "NoSuchKey") return undefined;
    throw s3Error("GetObject", error);
  }
}

/** Names that begin with `prefix`, after another name, in the order of UTF-8. */
export async function* listNames(
  s3: S3Sender,
  bucket: string,
  prefix: string,
  after = "",
): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page = {
      Bucket: bucket,
      Prefix: prefix,
      ...(token ? { ContinuationToken: token } : { StartAfter: after }),
    };
    const listed = await s3.send(new ListObjectsV2Command(page)).catch((error: unknown) => {
      throw s3Error("ListObjectsV2", error);
    });
    for (const { Key } of listed.Contents ?? []) if (Key !== undefined) yield Key;
    token = listed.NextContinuationToken;
  } while (token !== undefined);
}

export function s3Error(operation: string, error: unknown): WaxsealError {
  const aws = describeAwsError("s3", operation, error);
  const isDenied = aws.error.startsWith("AccessDenied");
  return new WaxsealError(isDenied ? "ACCESS_DENIED_BY_AWS" : "STORE_UNAVAILABLE", { aws });
}

/** @throws {SyntaxError} where it is not JSON; what it says is the caller's to check. */
export function parseManifest(body: Uint8Array): Manifest {
  return JSON.parse(Buffer.from(body).toString("utf8")) as Manifest;
}

function md5(body: Uint8Array): string {
  return createHash("md5").update(body).digest("base64");
}
