import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../local/aws/endpoint.ts";
import { clientSettings } from "./guarantee.ts";
import { s3Contract } from "./s3.contract.ts";
import { bucketResource, emptyStack } from "./stack.ts";

/** Another implementation's address, set by `judges/run.ts`. */
const judgeUrl = process.env["WAXSEAL_CONTRACT_S3_URL"];

const kinds = ["plain", "versioned", "COMPLIANCE", "GOVERNANCE"] as const;
type Kind = (typeof kinds)[number];

describe("S3", () => {
  const buckets = kinds.flatMap((kind) =>
    Array.from({ length: 20 }, (_, n) => bucketResource(`b-${kind}-${n}`.toLowerCase(), kind)),
  );
  const used = new Map<Kind, number>();
  let endpoint: AwsEndpoint | undefined;
  let client: S3Client;

  beforeAll(async () => {
    if (judgeUrl === undefined)
      endpoint = await startAwsEndpoint({ stack: { ...emptyStack, buckets }, port: 0 });
    client = new S3Client({ ...clientSettings(judgeUrl ?? endpoint?.url ?? ""), forcePathStyle: true });
  });
  afterAll(async () => {
    client.destroy();
    await endpoint?.close();
  });

  async function newBucket(kind: Kind): Promise<string> {
    const number = used.get(kind) ?? 0;
    used.set(kind, number + 1);
    const Bucket = `b-${kind}-${number}`.toLowerCase();
    if (judgeUrl === undefined) return Bucket;
    const isLocked = kind === "COMPLIANCE" || kind === "GOVERNANCE";
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: isLocked }));
    if (kind === "versioned")
      await client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
    if (isLocked) {
      const Rule = { DefaultRetention: { Mode: kind, Days: 1 } };
      const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" as const, Rule };
      await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    }
    return Bucket;
  }

  s3Contract({ client: () => client, newBucket });
});
