/**
 * Buckets and the versions of their objects (Amazon S3 User Guide, "How S3 Versioning works"): in memory and, where a
 * file is given, in its JSON lines, with the bytes in another beside it.
 */
import { createHash } from "node:crypto";
import type { BucketResource } from "../../stack.ts";
import { appendJsonLine, readJsonLines } from "../files.ts";
import { Bodies } from "./bodies.ts";
import { s3Error } from "./errors.ts";
import type { Cause } from "./events.ts";
import { defaultRetention } from "./retention.ts";
import { SortedNames } from "./sorted-names.ts";
import { newVersionId, versionOf, type Line, type NewObject, type ObjectVersion } from "./versions.ts";

export type { NewObject, ObjectVersion };

interface Bucket {
  readonly resource: BucketResource;
  /** By name, the newest first. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly names: SortedNames;
}

/** Told of every new object. */
export type OnCreated = (bucket: BucketResource, name: string, version: ObjectVersion, cause: Cause) => void;

export class ObjectStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => Date;
  readonly #path: string | undefined;
  readonly #bodies: Bodies;
  onCreated: OnCreated = () => undefined;

  constructor(resources: readonly BucketResource[], now: () => Date, path?: string) {
    this.#now = now;
    this.#path = path;
    this.#bodies = new Bodies(path && `${path}.bodies`);
    this.deploy(resources);
    if (path) for (const line of readJsonLines(path)) this.#replay(line as Line);
  }

  /** Makes what is new; a bucket that is no longer deployed stays. */
  deploy(resources: readonly BucketResource[]): void {
    for (const resource of resources) {
      const { objects = new Map<string, ObjectVersion[]>(), names = new SortedNames() } =
        this.#buckets.get(resource.bucketName) ?? {};
      this.#buckets.set(resource.bucketName, { resource, objects, names });
    }
  }

  close(): void {
    this.#bodies.close();
  }

  /** @throws AwsError `NoSuchBucket`. */
  bucket(name: string): BucketResource {
    return this.#bucket(name).resource;
  }

  /** @throws AwsError `NoSuchBucket`, `PreconditionFailed`. */
  put(bucketName: string, name: string, object: NewObject, cause: Cause = {}): ObjectVersion {
    const { resource } = this.#bucket(bucketName);
    const { body, contentType = "binary/octet-stream", metadata = {}, onlyIfAbsent, ...more } = object;
    if (onlyIfAbsent && this.current(bucketName, name)?.size !== undefined)
      throw s3Error(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        412,
      );
    const at = this.#now().getTime();
    const retention = object.retention ?? defaultRetention(resource, at);
    const version = this.#add(bucketName, name, body, {
      ...more,
      versionId: resource.versioned ? newVersionId() : "null",
      etag: createHash("md5").update(body).digest("hex"),
      ...{ contentType, metadata, at, size: body.length },
      ...(retention && { retention }),
    });
    this.onCreated(resource, name, version, cause);
    return version;
  }

  /** The newest version, a delete marker too. */
  current(bucketName: string, name: string): ObjectVersion | undefined {
    return this.#bucket(bucketName).objects.get(name)?.[0];
  }

  version(bucketName: string, name: string, versionId: string): ObjectVersion | undefined {
    return this.versions(bucketName, name).find((one) => one.versionId === versionId);
  }

  /** The newest first. */
  versions(bucketName: string, name: string): readonly ObjectVersion[] {
    return this.#bucket(bucketName).objects.get(name) ?? [];
  }

  /** Names after `after` that begin with `prefix`, in the order of UTF-8, those with delete markers too. */
  names(bucketName: string, prefix: string, after: string): Iterable<string> {
    return this.#bucket(bucketName).names.from(prefix, after);
  }

  /** Without a version of a versioned bucket: a delete marker hides it. Returns that marker's version. */
  remove(bucketName: string, name: string): string | undefined {
    if (!this.#bucket(bucketName).resource.versioned) {
      this.removeVersion(bucketName, name, "null");
      return undefined;
    }
    const at = this.#now().getTime();
    const marker = { versionId: newVersionId(), etag: "", contentType: "", metadata: {}, at };
    return this.#add(bucketName, name, undefined, marker).versionId;
  }

  /** For good. Whether it may be is asked before. */
  removeVersion(bucketName: string, name: string, versionId: string): void {
    if (!this.version(bucketName, name, versionId)) return;
    this.#removeVersion(bucketName, name, versionId);
    this.#keep({ bucket: bucketName, name, removed: versionId });
  }

  #removeVersion(bucketName: string, name: string, versionId: string): void {
    const { objects, names } = this.#bucket(bucketName);
    const left = (objects.get(name) ?? []).filter((one) => one.versionId !== versionId);
    if (left.length > 0) objects.set(name, left);
    else if (objects.delete(name)) names.delete(name);
  }

  /** The bytes first: what a line names is there, however the process ends. */
  #add(bucket: string, name: string, body: Buffer | undefined, about: ObjectVersion): ObjectVersion {
    const offset = body && this.#bodies.add(body);
    const kept = { ...about, ...(offset !== undefined && { offset }) };
    this.#keep({ bucket, name, put: kept });
    const version = body && offset === undefined ? { ...about, body } : versionOf(kept, this.#bodies);
    this.#insert(bucket, name, version);
    return version;
  }

  #insert(bucketName: string, name: string, version: ObjectVersion): void {
    const { objects, names } = this.#bucket(bucketName);
    const before = objects.get(name);
    if (!before) names.add(name);
    const others = before?.filter((one) => one.versionId !== version.versionId) ?? [];
    objects.set(name, [version, ...others]);
  }

  #replay({ bucket, name, put, removed }: Line): void {
    // Of a stack that had another bucket: it is there again with that one.
    if (!this.#buckets.has(bucket)) return;
    if (removed !== undefined) this.#removeVersion(bucket, name, removed);
    if (put) this.#insert(bucket, name, versionOf(put, this.#bodies));
  }

  #keep(line: Line): void {
    if (this.#path) appendJsonLine(this.#path, line);
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket) return bucket;
    throw s3Error("NoSuchBucket", "The specified bucket does not exist", 404);
  }
}
