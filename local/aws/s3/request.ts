/** One request to S3, in path style: `/<bucket>/<object>` ("Path-style requests"). */
import type { IncomingHttpHeaders } from "node:http";
import { AwsError, unknownOperation } from "../protocol.ts";

export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  /** Empty where it is about the bucket. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** Names in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const metaPrefix = "x-amz-meta-";

const operations = {
  "PUT object": "PutObject",
  "GET object": "GetObject",
  "HEAD object": "HeadObject",
  "DELETE object": "DeleteObject",
  "GET object retention": "GetObjectRetention",
  "HEAD bucket": "HeadBucket",
  "GET bucket list-type": "ListObjectsV2",
  "GET bucket versions": "ListObjectVersions",
  "GET bucket versioning": "GetBucketVersioning",
  "GET bucket object-lock": "GetObjectLockConfiguration",
  "GET bucket location": "GetBucketLocation",
} as const;

export type S3Operation = (typeof operations)[keyof typeof operations];

/** Query parameters that make another operation of it ("Actions", each with its request syntax). */
const subresources = [
  ...["list-type", "versions", "versioning", "object-lock", "location", "retention", "uploads", "uploadId"],
  ...[
    "acl",
    "policy",
    "tagging",
    "legal-hold",
    "lifecycle",
    "encryption",
    "delete",
    "attributes",
    "notification",
  ],
  ...[
    "publicAccessBlock",
    "ownershipControls",
    "logging",
    "website",
    "cors",
    "replication",
    "select",
    "restore",
  ],
];

/** @throws AwsError for an operation that is not there. */
export function readRequest(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): S3Request {
  const { pathname, searchParams: query } = new URL(url, "http://s3");
  const [bucket = "", ...rest] = pathname.slice(1).split("/").map(decodeURIComponent);
  const name = rest.join("/");
  const about = name === "" ? "bucket" : "object";
  const subresource = subresources.find((one) => query.has(one));
  const asked = [method, about, subresource].filter(Boolean).join(" ");
  const operation = Object.hasOwn(operations, asked)
    ? operations[asked as keyof typeof operations]
    : undefined;
  if (bucket === "" || !operation) throw unknownOperation("S3", asked);
  if (headers["content-encoding"]?.includes("aws-chunked"))
    throw unknownOperation("S3", "bodies in aws-chunked encoding");
  if (headers["x-amz-copy-source"] !== undefined) throw unknownOperation("S3", "CopyObject");
  const header = (one: string) => headers[one]?.toString();
  const metaNames = Object.keys(headers).filter((one) => one.startsWith(metaPrefix));
  const metadata = metaNames.map((one) => [one.slice(metaPrefix.length), header(one) ?? ""] as const);
  return { operation, bucket, name, query, header, metadata: Object.fromEntries(metadata), body };
}

/** A number of items a page, 1000 at most and where nothing is said. */
export function pageSize(query: URLSearchParams): number {
  const asked = Number(query.get("max-keys") ?? 1000);
  if (!Number.isInteger(asked) || asked < 0)
    throw new AwsError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647");
  return Math.min(asked, 1000);
}
