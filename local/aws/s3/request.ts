/** One request to S3, in path style: `/<bucket>/<object>` (Amazon S3 User Guide, "Path-style requests"). */
import type { IncomingHttpHeaders } from "node:http";
import { unknownOperation } from "../protocol.ts";
import { decodeBody } from "./chunked.ts";
import { invalidArgument, s3Error } from "./errors.ts";
import { operationOf, refuseUnknown, type S3Operation } from "./operations.ts";

export type { S3Operation };

export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  /** Empty where it is about the bucket. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** By its name in lower case; of one that came after the body too. */
  readonly header: (name: string) => string | undefined;
  /** Names in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const metaPrefix = "x-amz-meta-";
/** "The name for a key is a sequence of Unicode characters whose UTF-8 encoding is at most 1,024 bytes long." */
const maxNameBytes = 1024;

/** @throws AwsError for an operation, a parameter or a header that is not there, and for a torn body. */
export function readRequest(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  sent: Buffer,
): S3Request {
  // Not by `URL`: it takes dots out of paths, and names may have them.
  const [path = "", parameters] = url.split("?");
  const [bucket = "", ...rest] = path.slice(1).split("/").map(decoded);
  const name = rest.join("/");
  const query = new URLSearchParams(parameters);
  if (bucket === "") throw unknownOperation("S3", `${method} without a bucket`);
  if (Buffer.byteLength(name) > maxNameBytes) throw s3Error("KeyTooLongError", "Your key is too long");
  const operation = operationOf(method, name === "" ? "bucket" : "object", query);
  const { body, trailers } = decodeBody(headers, sent);
  refuseUnknown(operation, query, [...Object.keys(headers), ...Object.keys(trailers)]);
  const header = (one: string) => headers[one]?.toString() ?? trailers[one];
  return { operation, bucket, name, query, header, metadata: metadataOf(headers), body };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw s3Error("InvalidURI", "Couldn't parse the specified URI.");
  }
}

function metadataOf(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(metaPrefix) ? [[name.slice(metaPrefix.length), value?.toString() ?? ""] as const] : [],
  );
  const size = pairs.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  // "user-defined metadata is limited to 2 KB in size"
  if (size <= 2048) return Object.fromEntries(pairs);
  throw s3Error("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
}

/** A number of items a page, 1000 at most and where nothing is said. */
export function pageSize(query: URLSearchParams): number {
  const asked = query.get("max-keys") ?? "1000";
  if (!/^\d{1,10}$/.test(asked))
    throw invalidArgument("Argument maxKeys must be an integer between 0 and 2147483647");
  return Math.min(Number(asked), 1000);
}
