/**
 * What S3 does with objects, their versions and their locks, by the Amazon S3 API Reference (the page of each
 * operation) and the User Guide's "How S3 Versioning works" and "Locking objects with Object Lock".
 */
import {
  DeleteObjectCommand,
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
