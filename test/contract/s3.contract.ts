/**
 * What S3 does with objects, their versions and their locks, by the Amazon S3 API Reference (the page of each
 * operation) and the User Guide's "How S3 Versioning works" and "Locking objects with Object Lock".
 */
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { describe, expect } from "vitest";
import { expectError, guaranteesOf, nameOfError } from "./guarantee.ts";

export interface S3Target {
  client(): S3Client;
  /** An empty bucket: with versions, with versions and a lock of a day in the mode, or with neither. */
  newBucket(kind: "plain" | "versioned" | "COMPLIANCE" | "GOVERNANCE"): Promise<string>;
}

export function s3Contract(target: S3Target): void {
  const { guarantee, everyDifferenceIsTested } = guaranteesOf("s3");
  const s3 = () => target.client();
  const put = (Bucket: string, Key: string, Body: string, IfNoneMatch?: "*") =>
    s3().send(new PutObjectCommand({ Bucket, Key, Body, ...(IfNoneMatch && { IfNoneMatch }) }));
  const read = async (Bucket: string, Key: string, VersionId?: string) =>
    (await s3().send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
  const namesOf = async (Bucket: string, more: Partial<ListObjectsV2Command["input"]> = {}) =>
    (await s3().send(new ListObjectsV2Command({ Bucket, ...more }))).Contents?.map(({ Key }) => Key) ?? [];

  describe("objects", () => {
    guarantee("what was put is read back, with its metadata and type", async () => {
      const Bucket = await target.newBucket("plain");
      const Metadata = { signature: "abc", "signature-algorithm": "SHA256withRSA" };
      const object = { Bucket, Key: "a b/ü+1.json", Body: "text", ContentType: "application/json", Metadata };
      const { ETag } = await s3().send(new PutObjectCommand(object));
      const got = await s3().send(new GetObjectCommand({ Bucket, Key: "a b/ü+1.json" }));
      expect(await got.Body?.transformToString()).toBe("text");
      expect(got).toMatchObject({ ContentType: "application/json", ContentLength: 4, Metadata, ETag });
      const head = await s3().send(new HeadObjectCommand({ Bucket, Key: "a b/ü+1.json" }));
      expect(head).toMatchObject({ ContentLength: 4, Metadata });
    });

    guarantee("the headers that it was put with are answered as they were", async () => {
      const Bucket = await target.newBucket("plain");
      const headers = {
        CacheControl: "no-store",
        ContentDisposition: 'attachment; filename="a.gz"',
        ContentEncoding: "gzip",
        ContentLanguage: "de",
      };
      await s3().send(new PutObjectCommand({ Bucket, Key: "a", Body: "text", ...headers }));
      const head = await s3().send(new HeadObjectCommand({ Bucket, Key: "a" }));
      expect(head).toMatchObject({ ...headers, ContentType: "application/octet-stream", ContentLength: 4 });
    });

    guarantee("a name is what it is, with dots, spaces and signs", async () => {
      const Bucket = await target.newBucket("plain");
      const names = ["a/../b", "a//b", ".", "%41", "+ &<>", "a b?c#d", "ö/日本"];
      for (const name of names) await put(Bucket, name, `of ${name}`);
      for (const name of names) expect(await read(Bucket, name)).toBe(`of ${name}`);
      expect((await namesOf(Bucket)).toSorted()).toEqual(names.toSorted());
    });

    guarantee("a name is of 1,024 bytes at most", async () => {
      const Bucket = await target.newBucket("plain");
      expect(await nameOfError(put(Bucket, "é".repeat(512), "x"))).toBe("succeeded");
      await expectError(put(Bucket, "é".repeat(513), "x"), "KeyTooLongError");
    });

    guarantee("an empty body is a body", async () => {
      const Bucket = await target.newBucket("plain");
      await s3().send(new PutObjectCommand({ Bucket, Key: "empty", Body: new Uint8Array() }));
      expect(await read(Bucket, "empty")).toBe("");
    });

    guarantee("a bucket in us-east-1 has no location", async () => {
      const Bucket = await target.newBucket("plain");
      const { LocationConstraint } = await s3().send(new GetBucketLocationCommand({ Bucket }));
      expect(LocationConstraint).toBeUndefined();
    });

    guarantee("what is not there is NoSuchKey, a bucket that is not NoSuchBucket", async () => {
      const Bucket = await target.newBucket("plain");
      await expectError(read(Bucket, "none"), "NoSuchKey");
      await expectError(read("there-is-no-such-bucket-1", "none"), "NoSuchBucket");
      await expectError(s3().send(new HeadObjectCommand({ Bucket, Key: "none" })), "NotFound");
      expect(await nameOfError(s3().send(new HeadBucketCommand({ Bucket })))).toBe("succeeded");
    });

    guarantee("If-None-Match: * puts only what is not there", async () => {
      const Bucket = await target.newBucket("versioned");
      await put(Bucket, "once", "first", "*");
      await expectError(put(Bucket, "once", "second", "*"), "PreconditionFailed");
      expect(await read(Bucket, "once")).toBe("first");
      await s3().send(new DeleteObjectCommand({ Bucket, Key: "once" }));
      expect(await nameOfError(put(Bucket, "once", "third", "*"))).toBe("succeeded");
    });

    guarantee("a body that does not match its digest is refused, and nothing is stored", async () => {
      const Bucket = await target.newBucket("plain");
      const command = new PutObjectCommand({
        Bucket,
        Key: "a",
        Body: "text",
        ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==",
      });
      await expectError(s3().send(command), "BadDigest");
      expect(await namesOf(Bucket)).toEqual([]);
    });
  });

  describe("digests", () => {
    const get = (Bucket: string, more: Partial<GetObjectCommand["input"]> = {}) =>
      s3().send(new GetObjectCommand({ Bucket, Key: "a", ChecksumMode: "ENABLED", ...more }));

    guarantee("a checksum is kept, and told to whoever asks for it", async () => {
      const Bucket = await target.newBucket("plain");
      const sha256 = createHash("sha256").update("text").digest("base64");
      await s3().send(new PutObjectCommand({ Bucket, Key: "a", Body: "text", ChecksumSHA256: sha256 }));
      expect((await get(Bucket)).ChecksumSHA256).toBe(sha256);
    });

    guarantee("a checksum that is of another body is refused", async () => {
      const Bucket = await target.newBucket("plain");
      const ChecksumSHA256 = createHash("sha256").update("other").digest("base64");
      const command = new PutObjectCommand({ Bucket, Key: "a", Body: "text", ChecksumSHA256 });
      await expectError(s3().send(command), "BadDigest");
    });

    guarantee("a Content-MD5 that is none is invalid", async () => {
      const Bucket = await target.newBucket("plain");
      const command = new PutObjectCommand({ Bucket, Key: "a", Body: "text", ContentMD5: "bm9uZQ==" });
      await expectError(s3().send(command), "InvalidDigest");
    });

    guarantee(
      "what is streamed comes in chunks with its checksum at the end, and is stored without",
      async () => {
        const Bucket = await target.newBucket("plain");
        const parts = ["first ", "x".repeat(70_000), " last"];
        const Body = Readable.from(parts.map((part) => Buffer.from(part)));
        const ContentLength = parts.join("").length;
        const ContentEncoding = "identity";
        await s3().send(new PutObjectCommand({ Bucket, Key: "a", Body, ContentLength, ContentEncoding }));
        const got = await get(Bucket);
        expect(await got.Body?.transformToString()).toBe(parts.join(""));
        expect(got).toMatchObject({ ContentLength, ContentEncoding });
        expect(got.ChecksumCRC32).toMatch(/^[\w+/]{6}==$/);
      },
    );
  });

  describe("lists", () => {
    guarantee("are in the order of UTF-8, by prefix, after a name, page by page", async () => {
      const Bucket = await target.newBucket("plain");
      for (const name of ["b/2", "a/1", "b/10", "b/é", "c", "B"]) await put(Bucket, name, "x");
      expect(await namesOf(Bucket)).toEqual(["B", "a/1", "b/10", "b/2", "b/é", "c"]);
      expect(await namesOf(Bucket, { Prefix: "b/" })).toEqual(["b/10", "b/2", "b/é"]);
      expect(await namesOf(Bucket, { Prefix: "b/", StartAfter: "b/10" })).toEqual(["b/2", "b/é"]);
      expect(await namesOf(Bucket, { StartAfter: "b" })).toEqual(["b/10", "b/2", "b/é", "c"]);
      const paged: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3().send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken }));
        paged.push(...(page.Contents?.map(({ Key }) => Key) ?? []));
        ContinuationToken = page.NextContinuationToken;
        expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
      } while (ContinuationToken !== undefined);
      expect(paged).toEqual(["B", "a/1", "b/10", "b/2", "b/é", "c"]);
    });

    guarantee("name in their URL form what XML cannot have", async () => {
      const Bucket = await target.newBucket("plain");
      await put(Bucket, "a/\u0001ü", "x");
      const listed = { EncodingType: "url", Prefix: "a/\u0001" } as const;
      expect(await namesOf(Bucket, listed)).toEqual(["a/%01%C3%BC"]);
    });

    guarantee("of no items are not truncated", async () => {
      const Bucket = await target.newBucket("plain");
      await put(Bucket, "a", "x");
      const list = await s3().send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
      expect(list).toMatchObject({ IsTruncated: false, KeyCount: 0 });
    });

    guarantee("by a delimiter go on after what is below it, page by page", async () => {
      const Bucket = await target.newBucket("plain");
      for (const name of ["1/a", "1/b", "2/a", "2/b", "3"]) await put(Bucket, name, "x");
      const pages: unknown[] = [];
      let ContinuationToken: string | undefined;
      do {
        const command = { Bucket, Delimiter: "/", MaxKeys: 1, ContinuationToken };
        const page = await s3().send(new ListObjectsV2Command(command));
        pages.push(page.CommonPrefixes?.[0]?.Prefix ?? page.Contents?.[0]?.Key);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(pages).toEqual(["1/", "2/", "3"]);
    });

    guarantee("by a delimiter name what is below as common prefixes", async () => {
      const Bucket = await target.newBucket("plain");
      for (const name of ["2026/11/a", "2026/11/b", "2026/12/a", "2026/x"]) await put(Bucket, name, "x");
      const list = await s3().send(new ListObjectsV2Command({ Bucket, Prefix: "2026/", Delimiter: "/" }));
      expect(list.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["2026/11/", "2026/12/"]);
      expect(list.Contents?.map(({ Key }) => Key)).toEqual(["2026/x"]);
    });
  });

  describe("versions", () => {
    guarantee("stay under another that is put, and under a deletion, which is a marker", async () => {
      const Bucket = await target.newBucket("versioned");
      const { Status } = await s3().send(new GetBucketVersioningCommand({ Bucket }));
      expect(Status).toBe("Enabled");
      const first = await put(Bucket, "a", "first");
      const second = await put(Bucket, "a", "second");
      const { DeleteMarker } = await s3().send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      expect(DeleteMarker).toBe(true);
      await expectError(read(Bucket, "a"), "NoSuchKey");
      expect(await read(Bucket, "a", first.VersionId)).toBe("first");
      expect(await read(Bucket, "a", second.VersionId)).toBe("second");
      expect(await namesOf(Bucket)).toEqual([]);
      const listed = await s3().send(new ListObjectVersionsCommand({ Bucket, Prefix: "a" }));
      expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        [second.VersionId, false],
        [first.VersionId, false],
      ]);
      expect(listed.DeleteMarkers).toMatchObject([{ Key: "a", IsLatest: true }]);
    });

    guarantee("are listed page by page, every one once, the newest of a name first", async () => {
      const Bucket = await target.newBucket("versioned");
      const ids: (string | undefined)[] = [];
      for (const name of ["a", "a", "a", "b", "c"]) ids.push((await put(Bucket, name, "x")).VersionId);
      const paged: (string | undefined)[] = [];
      let marker: Pick<ListObjectVersionsCommand["input"], "KeyMarker" | "VersionIdMarker"> = {};
      for (let isTruncated = true; isTruncated;) {
        const page = await s3().send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, ...marker }));
        paged.push(...(page.Versions?.map(({ VersionId }) => VersionId) ?? []));
        marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
        isTruncated = page.IsTruncated ?? false;
      }
      expect(paged).toEqual([ids[2], ids[1], ids[0], ids[3], ids[4]]);
    });

    guarantee("that are markers are not read, and deleted they show again what they hid", async () => {
      const Bucket = await target.newBucket("versioned");
      await put(Bucket, "a", "hidden");
      const { VersionId } = await s3().send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      const failed: unknown = await read(Bucket, "a", VersionId).catch((error: unknown) => error);
      expect(failed).toMatchObject({ name: "MethodNotAllowed", $metadata: { httpStatusCode: 405 } });
      const deleted = await s3().send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId }));
      expect(deleted).toMatchObject({ DeleteMarker: true, VersionId });
      expect(await read(Bucket, "a")).toBe("hidden");
    });

    guarantee("are not there in a bucket without: a put replaces, a deletion is for good", async () => {
      const Bucket = await target.newBucket("plain");
      expect((await s3().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
      expect((await put(Bucket, "a", "first")).VersionId).toBeUndefined();
      await put(Bucket, "a", "second");
      expect(await read(Bucket, "a")).toBe("second");
      await s3().send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      await expectError(read(Bucket, "a"), "NoSuchKey");
      expect((await s3().send(new ListObjectVersionsCommand({ Bucket }))).Versions).toBeUndefined();
    });

    guarantee("are gone for good where one is deleted by its id", async () => {
      const Bucket = await target.newBucket("versioned");
      const first = await put(Bucket, "a", "first");
      const second = await put(Bucket, "a", "second");
      await s3().send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId: second.VersionId }));
      expect(await read(Bucket, "a")).toBe("first");
      await expectError(read(Bucket, "a", second.VersionId), "NoSuchVersion");
      expect(first.VersionId).toBeDefined();
    });
  });

  describe("locks", () => {
    guarantee("of compliance let nobody delete a version; a marker may hide it", async () => {
      const Bucket = await target.newBucket("COMPLIANCE");
      const lock = await s3().send(new GetObjectLockConfigurationCommand({ Bucket }));
      expect(lock.ObjectLockConfiguration?.Rule?.DefaultRetention).toMatchObject({
        Mode: "COMPLIANCE",
        Days: 1,
      });
      const { VersionId } = await put(Bucket, "a", "kept");
      const retention = await s3().send(new GetObjectRetentionCommand({ Bucket, Key: "a" }));
      expect(retention.Retention?.Mode).toBe("COMPLIANCE");
      expect(retention.Retention?.RetainUntilDate?.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
      const deletion = { Bucket, Key: "a", VersionId };
      await expectError(s3().send(new DeleteObjectCommand(deletion)), "AccessDenied");
      const bypassing = new DeleteObjectCommand({ ...deletion, BypassGovernanceRetention: true });
      await expectError(s3().send(bypassing), "AccessDenied");
      await s3().send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      expect(await read(Bucket, "a", VersionId)).toBe("kept");
    });

    guarantee("that are asked for hold instead of the bucket's own, and show", async () => {
      const Bucket = await target.newBucket("GOVERNANCE");
      const ObjectLockRetainUntilDate = new Date(Math.ceil(Date.now() / 1000) * 1000 + 7_200_000);
      const lock = { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate } as const;
      const { VersionId } = await s3().send(new PutObjectCommand({ Bucket, Key: "a", Body: "x", ...lock }));
      expect(await s3().send(new HeadObjectCommand({ Bucket, Key: "a" }))).toMatchObject(lock);
      const command = { Bucket, Key: "a", VersionId, BypassGovernanceRetention: true };
      await expectError(s3().send(new DeleteObjectCommand(command)), "AccessDenied");
    });

    guarantee("that are asked for need a mode and a date to come", async () => {
      const Bucket = await target.newBucket("GOVERNANCE");
      const ask = (lock: Partial<PutObjectCommand["input"]>) =>
        s3().send(new PutObjectCommand({ Bucket, Key: "a", Body: "x", ...lock }));
      const past = new Date(Date.now() - 1000);
      await expectError(ask({ ObjectLockMode: "COMPLIANCE" }), "InvalidArgument");
      const lapsed = { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: past } as const;
      await expectError(ask(lapsed), "InvalidArgument");
      expect(await namesOf(Bucket)).toEqual([]);
    });

    guarantee("are not in a bucket without Object Lock", async () => {
      const Bucket = await target.newBucket("versioned");
      const ObjectLockRetainUntilDate = new Date(Date.now() + 3_600_000);
      const lock = { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate } as const;
      await expectError(
        s3().send(new PutObjectCommand({ Bucket, Key: "a", Body: "x", ...lock })),
        "InvalidRequest",
      );
      await expectError(
        s3().send(new GetObjectLockConfigurationCommand({ Bucket })),
        "ObjectLockConfigurationNotFoundError",
      );
    });

    guarantee("of governance give way to whoever says that they bypass them, and may", async () => {
      const Bucket = await target.newBucket("GOVERNANCE");
      const { VersionId } = await put(Bucket, "a", "kept");
      const deletion = { Bucket, Key: "a", VersionId };
      await expectError(s3().send(new DeleteObjectCommand(deletion)), "AccessDenied");
      await s3().send(new DeleteObjectCommand({ ...deletion, BypassGovernanceRetention: true }));
      await expectError(read(Bucket, "a", VersionId), "NoSuchVersion");
    });
  });

  everyDifferenceIsTested();
}
