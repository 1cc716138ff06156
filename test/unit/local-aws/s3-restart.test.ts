/** What S3 and a key that signs keep in a folder, over restarts and a killed process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetPublicKeyCommand, KMSClient, SignCommand, VerifyCommand } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { kmsKeyResource } from "../../contract/stack.ts";
import { servedStack } from "./serve.ts";

const Bucket = "evidence";
const KeyId = kmsKeyResource(2).arn;

let dataDirectory: string;
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-data-"));
});
afterEach(() => {
  rmSync(dataDirectory, { recursive: true, force: true });
});

async function during<T>(work: (endpoint: AwsEndpoint) => Promise<T>, stack = servedStack): Promise<T> {
  const endpoint = await startAwsEndpoint({ stack, port: 0, dataDirectory });
  try {
    return await work(endpoint);
  } finally {
    await endpoint.close();
  }
}

const clientOf = ({ url }: { url: string }) => new S3Client(clientSettings(url));
const put = (s3: S3Client, Key: string, Body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "text/plain", Metadata: { about: Key } }));

async function listed(s3: S3Client) {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  const about = ({ Key, VersionId, IsLatest }: (typeof DeleteMarkers)[number]) => ({
    Key,
    VersionId,
    IsLatest,
  });
  return { versions: Versions.map(about), markers: DeleteMarkers.map(about) };
}

test("versions, markers and deletions are after a restart what they were before", async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => n % 251);
  const before = await during(async (endpoint) => {
    const s3 = clientOf(endpoint);
    const removed = await put(s3, "a", "removed");
    for (const body of ["first", bytes, new Uint8Array()]) await put(s3, "a", body);
    await put(s3, "ö/b", "hidden");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "ö/b" }));
    await s3.send(new DeleteObjectCommand({ ...removed, Bucket, Key: "a", BypassGovernanceRetention: true }));
    return listed(s3);
  });
  expect([before.versions.length, before.markers.length]).toEqual([4, 1]);
  await during(async (endpoint) => {
    const s3 = clientOf(endpoint);
    expect(await listed(s3)).toEqual(before);
    const VersionId = before.versions.filter(({ Key }) => Key === "a")[1]?.VersionId;
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "a", VersionId }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.from(bytes));
    expect(got).toMatchObject({ ContentType: "text/plain", Metadata: { about: "a" } });
    const empty = await s3.send(new GetObjectCommand({ Bucket, Key: "a" }));
    expect(await empty.Body?.transformToString()).toBe("");
  });
});

test("a lock holds over a restart, with a stack that has a shorter one too", async () => {
  const VersionId = await during(async (endpoint) => (await put(clientOf(endpoint), "a", "kept")).VersionId);
  const unlocked = servedStack.buckets.map(({ lock: _none, ...bucket }) => bucket);
  await during(
    async (endpoint) => {
      const s3 = clientOf(endpoint);
      const deletion = s3.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId }));
      expect(await nameOfError(deletion)).toBe("AccessDenied");
      const { ObjectLockMode } = await s3.send(new HeadObjectCommand({ Bucket, Key: "a" }));
      expect(ObjectLockMode).toBe("GOVERNANCE");
    },
    { ...servedStack, buckets: unlocked },
  );
});

test("after kill -9 every object and signature that was answered is there", async () => {
  const server = spawn(process.execPath, [join(import.meta.dirname, "serve.ts"), dataDirectory]);
  const exited = once(server, "exit");
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  const url = line.toString().trim();
  const names = Array.from({ length: 30 }, (_, n) => `manifests/${n}`);
  const s3 = clientOf({ url });
  await Promise.all(names.map((name) => put(s3, name, `of ${name}`)));
  const kms = new KMSClient(clientSettings(url));
  const signed = { KeyId, Message: Buffer.from("root"), SigningAlgorithm: "ECDSA_SHA_256" } as const;
  const { Signature } = await kms.send(new SignCommand(signed));
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  server.kill("SIGKILL");
  await exited;
  await during(async (endpoint) => {
    const again = new KMSClient(clientSettings(endpoint.url));
    expect((await again.send(new GetPublicKeyCommand({ KeyId }))).PublicKey).toEqual(PublicKey);
    expect((await again.send(new VerifyCommand({ ...signed, Signature }))).SignatureValid).toBe(true);
    for (const Key of names) {
      const { Body } = await clientOf(endpoint).send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body?.transformToString()).toBe(`of ${Key}`);
    }
  });
}, 20_000);

test("what a killed process left half-written is dropped, and what follows is whole", async () => {
  await during((endpoint) => put(clientOf(endpoint), "a", "first"));
  appendFileSync(join(dataDirectory, "s3.jsonl"), '{"bucket":"evidence","name":"torn');
  appendFileSync(join(dataDirectory, "s3.jsonl.bodies"), "bytes that no line names");
  await during((endpoint) => put(clientOf(endpoint), "b", "second"));
  await during(async (endpoint) => {
    const read = async (Key: string) =>
      (await clientOf(endpoint).send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
    expect([await read("a"), await read("b")]).toEqual(["first", "second"]);
    expect((await listed(clientOf(endpoint))).versions).toHaveLength(2);
  });
});

test("a bucket that the stack has no longer is there again, as it was, once it has it again", async () => {
  await during((endpoint) => put(clientOf(endpoint), "a", "kept"));
  const without = { ...servedStack, buckets: [] };
  await during(async (endpoint) => {
    expect(await nameOfError(listed(clientOf(endpoint)))).toBe("NoSuchBucket");
  }, without);
  await during(async (endpoint) => {
    expect((await listed(clientOf(endpoint))).versions).toHaveLength(1);
  });
});

test("the files are their owner's alone, and the private key is in the one of the KMS keys only", async () => {
  await during((endpoint) => put(clientOf(endpoint), "a", "x"));
  for (const name of ["s3.jsonl", "s3.jsonl.bodies", "kms.json"])
    expect(statSync(join(dataDirectory, name)).mode & 0o077).toBe(process.platform === "win32" ? 0o066 : 0);
  const kept = JSON.parse(readFileSync(join(dataDirectory, "kms.json"), "utf8")) as {
    arn: string;
    materials: { bytes: string }[];
  }[];
  const { materials = [] } = kept.find(({ arn }) => arn === KeyId) ?? {};
  expect(materials).toHaveLength(1);
  for (const name of ["s3.jsonl", "s3.jsonl.bodies"])
    expect(readFileSync(join(dataDirectory, name), "latin1")).not.toContain(materials[0]?.bytes);
});
