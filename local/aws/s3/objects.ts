/**
 * Buckets and the versions of their objects (Amazon S3 User Guide, "How S3 Versioning works", "Locking objects with
 * Object Lock"): in memory and, where a file is given, in its JSON lines.
 */
import { createHash, randomBytes } from "node:crypto";
import type { BucketResource } from "../../stack.ts";
import { appendJsonLine, readJsonLines } from "../files.ts";
import { AwsError } from "../protocol.ts";
import { SortedNames } from "./sorted-names.ts";

export interface Retention {
  readonly mode: "COMPLIANCE" | "GOVERNANCE";
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface ObjectVersion {
  readonly versionId: string;
  /** Absent of a delete marker. */
  readonly body?: Buffer;
  readonly etag: string;
  readonly contentType: string;
  /** Names in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly retention?: Retention;
}

export interface NewObject {
  readonly body: Buffer;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retention?: Retention;
  /** `If-None-Match: *` */
  readonly onlyIfAbsent?: boolean;
}

interface Bucket {
  readonly resource: BucketResource;
  /** By name, the newest first. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly names: SortedNames;
}

/** One change, as it is kept. */
interface Line {
  readonly bucket: string;
  readonly name: string;
  readonly put?: Omit<ObjectVersion, "body"> & { readonly body?: string };
  readonly removed?: string;
}

/** Told of every new object, as "Event notifications with Amazon EventBridge" has it. */
export type OnCreated = (bucket: BucketResource, name: string, version: ObjectVersion) => void;

export class ObjectStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => Date;
  readonly #path: string | undefined;
  onCreated: OnCreated = () => undefined;

  constructor(resources: readonly BucketResource[], now: () => Date, path?: string) {
    this.#now = now;
    this.#path = path;
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

  /** @throws AwsError `NoSuchBucket`. */
  bucket(name: string): BucketResource {
    return this.#bucket(name).resource;
  }

  /** @throws AwsError `NoSuchBucket`, `PreconditionFailed`. */
  put(bucketName: string, name: string, object: NewObject): ObjectVersion {
    const { resource } = this.#bucket(bucketName);
    if (object.onlyIfAbsent && this.current(bucketName, name)?.body)
      throw new AwsError(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        {
          status: 412,
        },
      );
    const at = this.#now().getTime();
    const retention = object.retention ?? defaultRetention(resource, at);
    const version: ObjectVersion = {
      versionId: resource.versioned ? newVersionId() : "null",
      body: object.body,
      etag: createHash("md5").update(object.body).digest("hex"),
      contentType: object.contentType ?? "binary/octet-stream",
      metadata: object.metadata ?? {},
      at,
      ...(retention && { retention }),
    };
    this.#add(bucketName, name, version);
    this.onCreated(resource, name, version);
    return version;
  }

  /** The newest version, a delete marker too. */
  current(bucketName: string, name: string): ObjectVersion | undefined {
    return this.#bucket(bucketName).objects.get(name)?.[0];
  }

  version(bucketName: string, name: string, versionId: string): ObjectVersion | undefined {
    return this.#bucket(bucketName)
      .objects.get(name)
      ?.find((one) => one.versionId === versionId);
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
    const { resource } = this.#bucket(bucketName);
    if (!resource.versioned) {
      this.removeVersion(bucketName, name, "null");
      return undefined;
    }
    const at = this.#now().getTime();
    const marker = { versionId: newVersionId(), etag: "", contentType: "", metadata: {}, at };
    this.#add(bucketName, name, marker);
    return marker.versionId;
  }

  /** For good. Whether it may be is asked before. */
  removeVersion(bucketName: string, name: string, versionId: string): void {
    this.#removeVersion(bucketName, name, versionId);
    this.#keep({ bucket: bucketName, name, removed: versionId });
  }

  #removeVersion(bucketName: string, name: string, versionId: string): void {
    const { objects, names } = this.#bucket(bucketName);
    const left = (objects.get(name) ?? []).filter((one) => one.versionId !== versionId);
    if (left.length > 0) objects.set(name, left);
    else if (objects.delete(name)) names.delete(name);
  }

  #add(bucketName: string, name: string, version: ObjectVersion): void {
    this.#insert(bucketName, name, version);
    const { body, ...kept } = version;
    this.#keep({
      bucket: bucketName,
      name,
      put: { ...kept, ...(body && { body: body.toString("base64") }) },
    });
  }

  #insert(bucketName: string, name: string, version: ObjectVersion): void {
    const { objects, names } = this.#bucket(bucketName);
    const before = objects.get(name);
    if (!before) names.add(name);
    const others = version.versionId === "null" ? [] : (before ?? []);
    objects.set(name, [version, ...others]);
  }

  #replay({ bucket, name, put, removed }: Line): void {
    // Of a stack that had another bucket.
    if (!this.#buckets.has(bucket)) return;
    if (removed !== undefined) this.#removeVersion(bucket, name, removed);
    if (!put) return;
    const { body, ...kept } = put;
    this.#insert(bucket, name, { ...kept, ...(body !== undefined && { body: Buffer.from(body, "base64") }) });
  }

  #keep(line: Line): void {
    if (this.#path) appendJsonLine(this.#path, line);
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket) return bucket;
    throw new AwsError("NoSuchBucket", "The specified bucket does not exist", { status: 404 });
  }
}

/** "a default retention mode and period that apply to new objects that are placed in the bucket". */
function defaultRetention({ lock }: BucketResource, at: number): Retention | undefined {
  return lock?.days === undefined ? undefined : { mode: lock.mode, until: at + lock.days * 86_400_000 };
}

function newVersionId(): string {
  return randomBytes(24).toString("base64url");
}
