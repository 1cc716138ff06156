/** What a client sent of a body's digests (Amazon S3 User Guide, "Checking object integrity in Amazon S3"). */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { s3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";

export interface Checksum {
  /** As `x-amz-checksum-crc32`. */
  readonly header: string;
  readonly value: string;
}

const checksums: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  "x-amz-checksum-crc32": crc,
  "x-amz-checksum-sha1": (body) => hash("sha1", body),
  "x-amz-checksum-sha256": (body) => hash("sha256", body),
};

export interface Digests {
  /** Kept with the object, and told to whoever reads it and asks. */
  readonly checksum?: Checksum;
  /** Whether there was one that S3 accepts for a locked object. */
  readonly given: boolean;
}

/** @throws AwsError `InvalidDigest`, `BadDigest`, `InvalidRequest`, `XAmzContentSHA256Mismatch`. */
export function checkDigests({ header, body }: Pick<S3Request, "header" | "body">): Digests {
  checkSigned(header("x-amz-content-sha256"), body);
  const md5 = header("content-md5");
  if (md5 !== undefined) checkMd5(md5, body);
  const sent = Object.keys(checksums).filter((name) => header(name) !== undefined);
  if (sent.length > 1)
    throw s3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  const [name = ""] = sent;
  const value = header(name);
  if (value === undefined) return { given: md5 !== undefined };
  checkSum(name, value, body);
  return { checksum: { header: name, value }, given: true };
}

/** The body's own hash, which is signed; other values say that it is not, or in chunks. */
function checkSigned(sent: string | undefined, body: Buffer): void {
  if (sent === undefined || !/^[0-9a-f]{64}$/.test(sent) || sent === hash("sha256", body).toString("hex"))
    return;
  throw s3Error(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

function checkMd5(sent: string, body: Buffer): void {
  if (Buffer.from(sent, "base64").length !== 16)
    throw s3Error("InvalidDigest", "The Content-MD5 you specified was invalid.");
  if (sent !== hash("md5", body).toString("base64"))
    throw s3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
}

function checkSum(name: string, sent: string, body: Buffer): void {
  const computed = checksums[name]?.(body) ?? Buffer.alloc(0);
  if (Buffer.from(sent, "base64").length !== computed.length)
    throw s3Error("InvalidRequest", `Value for ${name} header is invalid.`);
  if (sent === computed.toString("base64")) return;
  const algorithm = name.replace("x-amz-checksum-", "").toUpperCase();
  throw s3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
}

function hash(algorithm: string, body: Buffer): Buffer {
  return createHash(algorithm).update(body).digest();
}

function crc(body: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes;
}
