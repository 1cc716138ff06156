/** IAM User Guide, "Policy evaluation logic"; Amazon S3 User Guide, "Required permissions for Amazon S3 API operations". */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { Statement } from "../../../local/stack.ts";
import { bucketPolicyStatements } from "../../../local/template/statements.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, bucketResource, emptyStack, functionWithRole, roleArnOf } from "../../contract/stack.ts";

const Bucket = "evidence";
const bucketArn = `arn:aws:s3:::${Bucket}`;
const everyObject = `${bucketArn}/*`;
const outsider = "arn:aws:iam::444455556666:role/outsider";

let endpoint: AwsEndpoint;
afterEach(() => endpoint.close());

interface Policies {
  readonly identity?: readonly Statement[];
  /** As a bucket's policy has them. */
  readonly bucket?: readonly unknown[];
}

/** Clients of the administrator, of a role with these statements, and of another account's role. */
async function clientsWith({ identity = [], bucket = [] }: Policies) {
  const { fn, role } = functionWithRole("tested", identity);
  const policy = bucketPolicyStatements({ Version: "2012-10-17", Statement: bucket }, "Policy");
  const buckets = [bucketResource(Bucket, "GOVERNANCE", policy)];
  const stack = { ...emptyStack, buckets, roles: [role], functions: [fn] };
  endpoint = await startAwsEndpoint({ stack, port: 0, outsideRoles: [outsider] });
  const as = (accessKeyId?: string) => new S3Client(clientSettings(endpoint.url, accessKeyId));
  return {
    admin: as(),
    role: as(endpoint.accessKeyIdOf(fn.roleArn)),
    foreign: as(endpoint.accessKeyIdOf(outsider)),
  };
}

const put = (client: S3Client, Key = "a", more: Partial<PutObjectCommand["input"]> = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: "x", ...more }));

describe("each operation needs its own action", () => {
  test.each<[string, readonly [string, string], (client: S3Client, VersionId?: string) => Promise<unknown>]>([
    ["GetObject", ["s3:GetObject", everyObject], (s3) => s3.send(new GetObjectCommand({ Bucket, Key: "a" }))],
    [
      "HeadObject",
      ["s3:GetObject", everyObject],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: "a" })),
    ],
    [
      "GetObject of a version",
      ["s3:GetObjectVersion", everyObject],
      (s3, VersionId) => s3.send(new GetObjectCommand({ Bucket, Key: "a", VersionId })),
    ],
    [
      "GetObjectRetention",
      ["s3:GetObjectRetention", everyObject],
      (s3) => s3.send(new GetObjectRetentionCommand({ Bucket, Key: "a" })),
    ],
    [
      "DeleteObject",
      ["s3:DeleteObject", everyObject],
      (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key: "a" })),
    ],
    ["PutObject", ["s3:PutObject", everyObject], (s3) => put(s3)],
    ["ListObjectsV2", ["s3:ListBucket", bucketArn], (s3) => s3.send(new ListObjectsV2Command({ Bucket }))],
    ["HeadBucket", ["s3:ListBucket", bucketArn], (s3) => s3.send(new HeadBucketCommand({ Bucket }))],
    [
      "ListObjectVersions",
      ["s3:ListBucketVersions", bucketArn],
      (s3) => s3.send(new ListObjectVersionsCommand({ Bucket })),
    ],
    [
      "GetObjectLockConfiguration",
      ["s3:GetBucketObjectLockConfiguration", bucketArn],
      (s3) => s3.send(new GetObjectLockConfigurationCommand({ Bucket })),
    ],
  ])("%s", async (_name, [action, resource], call) => {
    const { admin, role } = await clientsWith({ identity: [allow([action], [resource])] });
    const { VersionId } = await put(admin);
    expect(await nameOfError(call(role, VersionId))).toBe("succeeded");
    await endpoint.close();
    const everyOther = [allow(["s3:*"], ["*"]), { ...allow([action], ["*"]), effect: "Deny" as const }];
    const denied = await clientsWith({ identity: everyOther });
    const again = await put(denied.admin);
    const failed: unknown = await call(denied.role, again.VersionId).catch((error: unknown) => error);
    expect(failed).toHaveProperty("$metadata.httpStatusCode", 403);
  });
});

describe("identity policies and the bucket's are one decision", () => {
  const mayPut = allow(["s3:PutObject"], [everyObject]);
  const statement = {
    Effect: "Allow",
    Principal: { AWS: roleArnOf("tested") },
    Action: "s3:PutObject",
    Resource: everyObject,
  };
  const denial = { ...statement, Effect: "Deny", Principal: "*" };
  const insecure = { Bool: { "aws:SecureTransport": "false" } };
  test.each<[string, Policies, string]>([
    ["neither allows", {}, "AccessDenied"],
    ["the identity's allows", { identity: [mayPut] }, "succeeded"],
    ["the bucket's allows the role", { bucket: [statement] }, "succeeded"],
    [
      "the bucket's allows another",
      { bucket: [{ ...statement, Principal: { AWS: roleArnOf("other") } }] },
      "AccessDenied",
    ],
    [
      "the bucket's denies what both allow",
      { identity: [mayPut], bucket: [statement, denial] },
      "AccessDenied",
    ],
    [
      "only what is not TLS is denied: the loopback stands for TLS",
      { identity: [mayPut], bucket: [{ ...denial, Condition: insecure }] },
      "succeeded",
    ],
    [
      "all but one role are denied",
      {
        identity: [mayPut],
        bucket: [{ ...denial, Condition: { ArnNotEquals: { "aws:PrincipalArn": roleArnOf("recorder") } } }],
      },
      "AccessDenied",
    ],
    [
      "another folder is allowed",
      { identity: [allow(["s3:PutObject"], [`${bucketArn}/other/*`])] },
      "AccessDenied",
    ],
    [
      "another bucket is",
      { identity: [allow(["s3:PutObject"], ["arn:aws:s3:::evidence-2/*"])] },
      "AccessDenied",
    ],
  ])("%s", async (_name, policies, outcome) => {
    const { role } = await clientsWith(policies);
    expect(await nameOfError(put(role))).toBe(outcome);
  });

  test("a role of another account needs the bucket's policy, which names it", async () => {
    const { foreign } = await clientsWith({ bucket: [{ ...statement, Principal: { AWS: outsider } }] });
    expect(await nameOfError(put(foreign))).toBe("succeeded");
    await endpoint.close();
    const { foreign: unnamed } = await clientsWith({ bucket: [statement] });
    expect(await nameOfError(put(unnamed))).toBe("AccessDenied");
  });

  test("a list may be of one prefix only", async () => {
    const ofManifests = { StringLike: { "s3:prefix": ["manifests/*"] } };
    const { role } = await clientsWith({ identity: [allow(["s3:ListBucket"], [bucketArn], ofManifests)] });
    const list = (Prefix?: string) => nameOfError(role.send(new ListObjectsV2Command({ Bucket, Prefix })));
    expect(await list("manifests/2026")).toBe("succeeded");
    expect(await list("checkpoints/")).toBe("AccessDenied");
    expect(await list()).toBe("AccessDenied");
  });

  test("who may not list does not learn whether an object is there", async () => {
    const { admin, role } = await clientsWith({ identity: [allow(["s3:GetObject"], [everyObject])] });
    const get = (client: S3Client) => nameOfError(client.send(new GetObjectCommand({ Bucket, Key: "none" })));
    expect([await get(role), await get(admin)]).toEqual(["AccessDenied", "NoSuchKey"]);
  });

  test("a call that expects another owner of the bucket is denied", async () => {
    const { admin } = await clientsWith({});
    expect(await nameOfError(put(admin, "a", { ExpectedBucketOwner: "111122223333" }))).toBe("succeeded");
    expect(await nameOfError(put(admin, "a", { ExpectedBucketOwner: "444455556666" }))).toBe("AccessDenied");
  });
});
