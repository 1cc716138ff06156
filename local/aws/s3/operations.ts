/**
 * The operations, each with the parameters and headers that it knows (Amazon S3 API Reference, the page of each).
 * Any other is refused by name: a condition or a lock that is left out in silence would be worse than none.
 */
import { unknownOperation } from "../protocol.ts";

interface Known {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly on: "bucket" | "object";
  /** The parameter that makes this operation of it. */
  readonly by?: string;
  readonly query?: readonly string[];
  readonly headers?: readonly string[];
}

const listing = ["prefix", "delimiter", "max-keys", "encoding-type"];

const operations = {
  PutObject: {
    ...{ method: "PUT", on: "object" },
    headers: [
      ...["x-amz-acl", "x-amz-server-side-encryption", "x-amz-storage-class", "if-none-match"],
      ...["x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"],
      ...["x-amz-checksum-crc32", "x-amz-checksum-sha1", "x-amz-checksum-sha256"],
      ...["x-amz-sdk-checksum-algorithm", "x-amz-decoded-content-length"],
      ...["x-amz-trailer", "x-amz-trailer-signature"],
    ],
  },
  GetObject: { method: "GET", on: "object", query: ["versionId"], headers: ["x-amz-checksum-mode"] },
  HeadObject: { method: "HEAD", on: "object", query: ["versionId"], headers: ["x-amz-checksum-mode"] },
  DeleteObject: {
    ...{ method: "DELETE", on: "object", query: ["versionId"] },
    headers: ["x-amz-bypass-governance-retention"],
  },
  GetObjectRetention: { method: "GET", on: "object", by: "retention", query: ["versionId"] },
  HeadBucket: { method: "HEAD", on: "bucket" },
  ListObjectsV2: {
    ...{ method: "GET", on: "bucket", by: "list-type" },
    query: [...listing, "start-after", "continuation-token"],
  },
  ListObjectVersions: {
    ...{ method: "GET", on: "bucket", by: "versions" },
    query: [...listing, "key-marker", "version-id-marker"],
  },
  GetBucketVersioning: { method: "GET", on: "bucket", by: "versioning" },
  GetObjectLockConfiguration: { method: "GET", on: "bucket", by: "object-lock" },
  GetBucketLocation: { method: "GET", on: "bucket", by: "location" },
} as const satisfies Readonly<Record<string, Known>>;

export type S3Operation = keyof typeof operations;

const every: readonly (readonly [S3Operation, Known])[] = Object.entries(operations) as [
  S3Operation,
  Known,
][];

/** @throws AwsError for an operation that is not there. */
export function operationOf(method: string, on: Known["on"], query: URLSearchParams): S3Operation {
  const alike = every.filter(([, known]) => known.method === method && known.on === on);
  const [operation] =
    alike.find(([, { by }]) => by !== undefined && query.has(by)) ??
    alike.find(([, { by }]) => by === undefined) ??
    [];
  if (operation !== undefined) return operation;
  const parameters = [...query.keys()].join(", ");
  throw unknownOperation("S3", `${method} ${on}${parameters && ` with ${parameters}`}`);
}

/** Of every request. */
const commonHeaders = [
  ...["x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent"],
  "x-amz-expected-bucket-owner",
];

/** @throws AwsError for what the operation has not here. */
export function refuseUnknown(
  operation: S3Operation,
  query: URLSearchParams,
  headers: readonly string[],
): void {
  const { by, query: parameters = [], headers: own = [] }: Known = operations[operation];
  // The SDK for JavaScript names the operation in `x-id`.
  const parameter = [...query.keys()].find((name) => ![by, "x-id", ...parameters].includes(name));
  if (parameter !== undefined) throw unknownOperation("S3", `${operation} with ${parameter}`);
  const header = headers.find((name) => isOfS3(name) && !commonHeaders.includes(name) && !own.includes(name));
  if (header !== undefined) throw unknownOperation("S3", `${operation} with ${header}`);
}

function isOfS3(header: string): boolean {
  if (header.startsWith("x-amz-meta-")) return false;
  return header.startsWith("x-amz-") || header.startsWith("if-") || header === "range";
}
