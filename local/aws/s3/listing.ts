/** ListObjectsV2 and ListObjectVersions, a page at a time. */
import type { JsonObject } from "../protocol.ts";
import { elements } from "../query.ts";
import { xml, type S3Answer } from "./answer.ts";
import type { ObjectStore, ObjectVersion } from "./objects.ts";
import { pageSize, type S3Request } from "./request.ts";

export function listObjects(store: ObjectStore, { bucket, query }: S3Request): S3Answer {
  const prefix = query.get("prefix") ?? "";
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : fromToken(token);
  const delimiter = query.get("delimiter") ?? "";
  const most = pageSize(query);
  const entries: string[] = [];
  const groups = new Set<string>();
  let last = after;
  let isTruncated = false;
  for (const name of store.names(bucket, prefix, after)) {
    const version = store.current(bucket, name);
    if (!version?.body) continue;
    const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
    const group = end < 0 ? undefined : name.slice(0, end + delimiter.length);
    // A page that ended within a group goes on after it.
    if (group !== undefined && (groups.has(group) || after.startsWith(group))) continue;
    if (entries.length + groups.size >= most) {
      isTruncated = true;
      break;
    }
    if (group === undefined) entries.push(contents(name, version));
    else groups.add(group);
    last = name;
  }
  const head: JsonObject = {
    ...{ Name: bucket, Prefix: prefix, MaxKeys: most, KeyCount: entries.length + groups.size },
    ...{ IsTruncated: isTruncated },
    ...(isTruncated && { NextContinuationToken: toToken(last) }),
  };
  const common = [...groups].map(
    (group) => `<CommonPrefixes>${elements({ Prefix: group })}</CommonPrefixes>`,
  );
  return xml("ListBucketResult", texts(head) + entries.join("") + common.join(""));
}

export function listVersions(store: ObjectStore, { bucket, query }: S3Request): S3Answer {
  const prefix = query.get("prefix") ?? "";
  const marker = query.get("key-marker") ?? "";
  const versionMarker = query.get("version-id-marker") ?? "";
  const most = pageSize(query);
  const listed: { name: string; versionId: string; entry: string }[] = [];
  const ofMarker = versionMarker === "" ? [] : rest(store.versions(bucket, marker), versionMarker);
  const add = (name: string, versions: readonly ObjectVersion[]) => {
    for (const version of versions)
      listed.push({ name, versionId: version.versionId, entry: entryOf(store, bucket, name, version) });
  };
  add(marker, ofMarker);
  for (const name of store.names(bucket, prefix, marker)) {
    if (listed.length > most) break;
    add(name, store.versions(bucket, name));
  }
  const page = listed.slice(0, most);
  const last = page.at(-1);
  const isTruncated = listed.length > page.length;
  const head: JsonObject = {
    ...{ Name: bucket, Prefix: prefix, KeyMarker: marker, MaxKeys: most, IsTruncated: isTruncated },
    ...(isTruncated && last && { NextKeyMarker: last.name, NextVersionIdMarker: last.versionId }),
  };
  return xml("ListVersionsResult", texts(head) + page.map(({ entry }) => entry).join(""));
}

function rest(versions: readonly ObjectVersion[], after: string): readonly ObjectVersion[] {
  return versions.slice(versions.findIndex(({ versionId }) => versionId === after) + 1);
}

function contents(name: string, version: ObjectVersion): string {
  return `<Contents>${elements({ Key: name, ...about(version) })}</Contents>`;
}

function entryOf(store: ObjectStore, bucket: string, name: string, version: ObjectVersion): string {
  const isLatest = store.current(bucket, name)?.versionId === version.versionId;
  const common = { Key: name, VersionId: version.versionId, IsLatest: String(isLatest) };
  if (version.body) return `<Version>${elements({ ...common, ...about(version) })}</Version>`;
  const at = new Date(version.at).toISOString();
  return `<DeleteMarker>${elements({ ...common, LastModified: at })}</DeleteMarker>`;
}

function about({ at, etag, body }: ObjectVersion) {
  const size = String(body?.length ?? 0);
  return {
    LastModified: new Date(at).toISOString(),
    ETag: `"${etag}"`,
    Size: size,
    StorageClass: "STANDARD",
  };
}

function texts(object: JsonObject): string {
  return elements(Object.fromEntries(Object.entries(object).map(([name, value]) => [name, String(value)])));
}

function toToken(name: string): string {
  return Buffer.from(name).toString("base64url");
}

function fromToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
