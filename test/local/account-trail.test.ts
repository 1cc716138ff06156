/** A trail that somebody else made (`trail: "existing"`): its files reach the function that reconciles. */
import { gunzipSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CloudTrailRecord } from "../../local/aws/cloudtrail.ts";
import type { LocalSystem } from "../../local/system.ts";
import { awsConfig, canaryKey, Person, startForTest, storedItems } from "../support/local-system.ts";

const accountTrail = { bucket: "the-accounts-trail", prefix: "of/all" };
const folder = "of/all/AWSLogs/111122223333/";

let system: LocalSystem;
beforeAll(async () => {
  const { bucket: trailBucket, prefix: trailPrefix } = accountTrail;
  system = await startForTest({
    accountTrail,
    settings: { trail: "existing", trailBucket, trailPrefix, graceSeconds: 0 },
    trailDelaySeconds: 0,
  });
});
afterAll(() => system.close());

/** As an administrator sees the bucket. */
async function recordsInFiles(): Promise<CloudTrailRecord[]> {
  const s3 = new S3Client({ ...awsConfig(system), forcePathStyle: true });
  const Bucket = accountTrail.bucket;
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${folder}CloudTrail/` }));
  const files = await Promise.all(
    (listed.Contents ?? []).map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const content = gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0)).toString();
      return (JSON.parse(content) as { Records: CloudTrailRecord[] }).Records;
    }),
  );
  s3.destroy();
  return files.flat();
}

test("every call of KMS is in one of its files, as the emulation recorded it", async () => {
  const ada = await Person.named(system, "ada");
  expect((await ada.save(canaryKey("openai"))).status).toBe(200);
  expect((await ada.chat()).status).toBe(200);
  system.trails.flush();
  // Not what is called from now on: a checkpoint may be signed meanwhile.
  const recorded = system.cloudTrailRecords();
  expect(recorded.map(({ eventName }) => eventName)).toEqual(
    expect.arrayContaining(["GenerateDataKey", "Decrypt"]),
  );
  expect(await recordsInFiles()).toEqual(expect.arrayContaining(recorded));
});

test("a decryption outside the application sets an alarm off, which names the topic it told", async () => {
  await system.streamsSettled();
  const [item = {}] = await storedItems(system);
  const { ownerId, slot, wrappedDataKey } = item as {
    ownerId: string;
    slot: string;
    wrappedDataKey: Uint8Array;
  };
  const kms = new KMSClient(awsConfig(system, "provider-proxy"));
  const EncryptionContext = { purpose: "waxseal/provider-key", stage: "local", ownerId, slot };
  await kms.send(new DecryptCommand({ CiphertextBlob: wrappedDataKey, EncryptionContext }));
  kms.destroy();
  const fired = () => system.alarms().find(({ metric }) => metric.endsWith("/DECRYPTION_UNACCOUNTED"));
  for (const end = Date.now() + 60_000; !fired() && Date.now() < end;) await sleep(50);
  expect(fired()).toMatchObject({ topics: [system.stack.outputs["PageTopicArn"]] });
});
