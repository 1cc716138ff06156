/** ListObjectsV2 and ListObjectVersions, a page at a time (Amazon S3 API Reference). */
import { unknownOperation } from "../protocol.ts";
import { elements } from "../query.ts";
import { xml, type S3Answer } from "./answer.ts";
import { invalidArgument } from "./errors.ts";
import type { ObjectStore, ObjectVersion } from "./objects.ts";
import { pageSize, type S3Request } from "./request.ts";

type Encode = (name: string) => string;

export function listObjects(store: ObjectStore, { bucket, query }: S3Request): S3Answer {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : fromToken(token);
  const most = pageSize(query);
  const encode = encoding(query);
  const entries: string[] = [];
  const groups = new Set<string>();
  let last = after;
  let isTruncated = false;
  for (const name of most === 0 ? [] : store.names(bucket, prefix, after)) {
    const version = store.current(bucket, name);
    if (version?.size === undefined) continue;
    const group = groupOf(name, prefix, delimiter);
    // A page that ended within a group goes on after it.
    if (group !== undefined && (groups.has(group) || after.startsWith(group))) continue;
    isTruncated = entries.length + groups.size >= most;
    if (isTruncated) break;
    if (group === undefined) entries.push(contents(encode(name), version));
    else groups.add(group);
    last = name;
  }
  const head = elements({
    ...echoed(query, bucket, encode, most),
    ...echo(query, { ContinuationToken: "continuation-token" }),
    ...encoded(query, { StartAfter: "start-after" }, encode),
    KeyCount: String(entries.length + groups.size),
    IsTruncated: String(isTruncated),
    ...(isTruncated && { NextContinuationToken: toToken(last) }),
  });
  const common = [...groups].map(
    (group) => `<CommonPrefixes>${elements({ Prefix: encode(group) })}</CommonPrefixes>`,
  );
  return xml("ListBucketResult", head + entries.join("") + common.join(""));
}

/** What is below a delimiter counts as one. */
function groupOf(name: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : name.slice(0, end + delimiter.length);
}

export function listVersions(store: ObjectStore, { bucket, query }: S3Request): S3Answer {
  if (query.get("delimiter")) throw unknownOperation("S3", "ListObjectVersions with delimiter");
  const most = pageSize(query);
  const encode = encoding(query);
  const page: { name: string; version: ObjectVersion }[] = [];
  let isTruncated = false;
  for (const one of most === 0 ? [] : versionsAfter(store, bucket, query)) {
    isTruncated = page.length >= most;
    if (isTruncated) break;
    page.push(one);
  }
  const last = page.at(-1);
  const head = elements({
    ...echoed(query, bucket, encode, most),
    KeyMarker: encode(query.get("key-marker") ?? ""),
    VersionIdMarker: query.get("version-id-marker") ?? "",
    IsTruncated: String(isTruncated),
    ...(isTruncated &&
      last && { NextKeyMarker: encode(last.name), NextVersionIdMarker: last.version.versionId }),
  });
  const entries = page.map(({ name, version }) => {
    const isLatest = store.current(bucket, name)?.versionId === version.versionId;
    return entryOf(encode(name), version, isLatest);
  });
  return xml("ListVersionsResult", head + entries.join(""));
}

function* versionsAfter(store: ObjectStore, bucket: string, query: URLSearchParams) {
  const prefix = query.get("prefix") ?? "";
  const marker = query.get("key-marker") ?? "";
  const versionMarker = query.get("version-id-marker") ?? "";
  if (versionMarker !== "" && marker === "")
    throw invalidArgument("A version-id marker cannot be specified without a key marker.");
  const ofMarker = versionMarker === "" || !marker.startsWith(prefix) ? [] : store.versions(bucket, marker);
  const at = ofMarker.findIndex(({ versionId }) => versionId === versionMarker);
  if (at >= 0) for (const version of ofMarker.slice(at + 1)) yield { name: marker, version };
  for (const name of store.names(bucket, prefix, marker))
    for (const version of store.versions(bucket, name)) yield { name, version };
}

function contents(name: string, version: ObjectVersion): string {
  return `<Contents>${elements({ Key: name, ...about(version) })}</Contents>`;
}

function entryOf(name: string, version: ObjectVersion, isLatest: boolean): string {
  const common = { Key: name, VersionId: version.versionId, IsLatest: String(isLatest) };
  if (version.size !== undefined) return `<Version>${elements({ ...common, ...about(version) })}</Version>`;
  const at = new Date(version.at).toISOString();
  return `<DeleteMarker>${elements({ ...common, LastModified: at })}</DeleteMarker>`;
}

function about({ at, etag, size = 0 }: ObjectVersion) {
  const fixed = { ETag: `"${etag}"`, Size: String(size), StorageClass: "STANDARD" };
  return { LastModified: new Date(at).toISOString(), ...fixed };
}

/** What both answer of the request. */
function echoed(
  query: URLSearchParams,
  bucket: string,
  encode: Encode,
  most: number,
): Record<string, string> {
  return {
    ...{ Name: bucket, Prefix: encode(query.get("prefix") ?? ""), MaxKeys: String(most) },
    ...encoded(query, { Delimiter: "delimiter" }, encode),
    ...echo(query, { EncodingType: "encoding-type" }),
  };
}

/** Only what was sent. */
function encoded(query: URLSearchParams, names: Readonly<Record<string, string>>, encode: Encode) {
  const sent = Object.entries(names).filter(([, parameter]) => query.get(parameter));
  return Object.fromEntries(sent.map(([name, parameter]) => [name, encode(query.get(parameter) ?? "")]));
}

function echo(query: URLSearchParams, names: Readonly<Record<string, string>>) {
  return encoded(query, names, (value) => value);
}

/** `encoding-type=url`, for names that XML cannot have. */
function encoding(query: URLSearchParams): Encode {
  const asked = query.get("encoding-type");
  if (asked === null) return (name) => name;
  if (asked !== "url") throw invalidArgument("Invalid Encoding Method specified in Request");
  return (name) => encodeURIComponent(name).replaceAll("%2F", "/");
}

function toToken(name: string): string {
  return Buffer.from(name).toString("base64url");
}

function fromToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
