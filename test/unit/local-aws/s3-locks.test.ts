/** Amazon S3 User Guide, "Locking objects with Object Lock" and "Object Lock considerations". */
import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { BucketResource, Statement } from "../../../local/stack.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, bucketResource, emptyStack, functionWithRole } from "../../contract/stack.ts";

const Bucket = "evidence";
const msPerDay = 86_400_000;
const may = (...actions: string[]) =>
  allow(
    actions.map((action) => `s3:${action}`),
    ["*"],
  );

let endpoint: AwsEndpoint;
let now: Date;
afterEach(() => endpoint.close());

/** A client of a role with these statements, and the administrator's. */
async function start(bucket: BucketResource, identity: readonly Statement[] = []) {
  now = new Date("2026-11-24T10:00:00.000Z");
  const { fn, role } = functionWithRole("tested", identity);
  const stack = { ...emptyStack, buckets: [bucket], roles: [role], functions: [fn] };
  endpoint = await startAwsEndpoint({ stack, port: 0, now: () => now });
  const as = (accessKeyId?: string) => new S3Client(clientSettings(endpoint.url, accessKeyId));
  return { admin: as(), role: as(endpoint.accessKeyIdOf(fn.roleArn)) };
}

const put = (client: S3Client, more: Partial<PutObjectCommand["input"]> = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "kept", ...more }));
const remove = (client: S3Client, VersionId?: string, BypassGovernanceRetention?: boolean) =>
  nameOfError(
    client.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId, BypassGovernanceRetention })),
  );

test("compliance holds for its whole period, for everyone, and not a moment longer", async () => {
  const { admin } = await start(bucketResource(Bucket, "COMPLIANCE"));
  const { VersionId } = await put(admin);
  now = new Date(now.getTime() + msPerDay - 1);
  expect(await remove(admin, VersionId, true)).toBe("AccessDenied");
  expect(await nameOfError(admin.send(new GetObjectCommand({ Bucket, Key: "a", VersionId })))).toBe(
    "succeeded",
  );
  now = new Date(now.getTime() + 1);
  expect(await remove(admin, VersionId)).toBe("succeeded");
});

test("governance is bypassed only by who says so and may", async () => {
  const bucket = bucketResource(Bucket, "GOVERNANCE");
  const { admin, role } = await start(bucket, [may("DeleteObjectVersion")]);
  const { VersionId } = await put(admin);
  expect(await remove(role, VersionId)).toBe("AccessDenied");
  expect(await remove(role, VersionId, true)).toBe("AccessDenied");
  await endpoint.close();
  const allowed = await start(bucket, [may("DeleteObjectVersion", "BypassGovernanceRetention")]);
  const again = await put(allowed.admin);
  expect(await remove(allowed.role, again.VersionId)).toBe("AccessDenied");
  expect(await remove(allowed.role, again.VersionId, true)).toBe("succeeded");
});

test("the bucket's period is what it was when the version was put", async () => {
  const days = (lock: BucketResource["lock"]): BucketResource => ({
    ...bucketResource(Bucket, "COMPLIANCE"),
    ...(lock && { lock }),
  });
  const { admin } = await start(days({ mode: "COMPLIANCE", days: 30 }));
  const { VersionId } = await put(admin);
  await endpoint.deploy({ ...emptyStack, buckets: [days({ mode: "GOVERNANCE", days: 1 })] });
  now = new Date(now.getTime() + 29 * msPerDay);
  expect(await remove(admin, VersionId, true)).toBe("AccessDenied");
  const { Retention } = await admin.send(new GetObjectRetentionCommand({ Bucket, Key: "a", VersionId }));
  expect(Retention).toEqual({ Mode: "COMPLIANCE", RetainUntilDate: new Date("2026-12-24T10:00:00.000Z") });
});

test("a lock that is asked for needs s3:PutObjectRetention beside s3:PutObject", async () => {
  const lock = {
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: new Date("2027-01-01T00:00:00Z"),
  } as const;
  const bucket = bucketResource(Bucket, "GOVERNANCE");
  const { role } = await start(bucket, [may("PutObject")]);
  expect(await nameOfError(put(role))).toBe("succeeded");
  expect(await nameOfError(put(role, lock))).toBe("AccessDenied");
  await endpoint.close();
  const allowed = await start(bucket, [may("PutObject", "PutObjectRetention")]);
  expect(await nameOfError(put(allowed.role, lock))).toBe("succeeded");
});

test("who reads an object sees its lock only with s3:GetObjectRetention", async () => {
  const bucket = bucketResource(Bucket, "GOVERNANCE");
  const { admin, role } = await start(bucket, [may("GetObject")]);
  await put(admin);
  const head = (client: S3Client) => client.send(new HeadObjectCommand({ Bucket, Key: "a" }));
  expect((await head(role)).ObjectLockMode).toBeUndefined();
  expect((await head(admin)).ObjectLockMode).toBe("GOVERNANCE");
});

test("an object without a lock has no retention to get", async () => {
  const { lock: _none, ...bucket } = bucketResource(Bucket, "GOVERNANCE");
  const { admin } = await start(bucket);
  const { VersionId } = await put(admin);
  const retention = admin.send(new GetObjectRetentionCommand({ Bucket, Key: "a" }));
  expect(await nameOfError(retention)).toBe("NoSuchObjectLockConfiguration");
  expect(await remove(admin, VersionId)).toBe("succeeded");
});

test("a locked version stays under what is put and deleted over it", async () => {
  const { admin } = await start(bucketResource(Bucket, "COMPLIANCE"));
  const { VersionId } = await put(admin);
  await put(admin, { Body: "other" });
  await remove(admin);
  const { Body } = await admin.send(new GetObjectCommand({ Bucket, Key: "a", VersionId }));
  expect(await Body?.transformToString()).toBe("kept");
});

const signed = {
  authorization: "AWS4-HMAC-SHA256 Credential=AKIAANY/20260101/us-east-1/s3/aws4_request, Signature=x",
};
const md5Of = (text: string) => createHash("md5").update(text).digest("base64");

test("for a locked bucket, a digest of the body has to be sent", async () => {
  await start(bucketResource(Bucket, "GOVERNANCE"));
  const send = (headers: Record<string, string>) =>
    fetch(`${endpoint.url}/${Bucket}/a`, { method: "PUT", body: "kept", headers: { ...signed, ...headers } });
  const refused = await send({});
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("InvalidRequest")]);
  expect((await send({ "content-md5": md5Of("other") })).status).toBe(400);
  expect((await send({ "content-md5": md5Of("kept") })).status).toBe(200);
});
