/** CloudTrail API Reference, "DescribeTrails", "GetTrailStatus", "GetEventSelectors", "ListPublicKeys", "StopLogging". */
import {
  CloudTrailClient,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { JsonObject } from "../../../local/aws/protocol.ts";
import { trail } from "../local-trail/toy-trail.ts";
import { clientSettings, expectError } from "../../contract/guarantee.ts";
import { emptyStack, functionWithRole } from "../../contract/stack.ts";

const { fn, role } = functionWithRole("without", []);
let endpoint: AwsEndpoint;
const client = (accessKeyId?: string) => new CloudTrailClient(clientSettings(endpoint.url, accessKeyId));
beforeAll(async () => {
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, roles: [role], functions: [fn] }, port: 0 });
});
afterAll(() => endpoint.close());

const arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/local";

test("without one in the stack there is the account's trail, by its name and its ARN", async () => {
  const trails = async (trailNameList?: string[]) =>
    (await client().send(new DescribeTrailsCommand({ trailNameList }))).trailList?.map(
      ({ TrailARN }) => TrailARN,
    );
  expect(await trails()).toEqual([arn]);
  expect(await trails(["local"])).toEqual([arn]);
  expect(await trails([arn])).toEqual([arn]);
  expect(await trails(["other"])).toEqual([]);
});

test("it logs, management events of every service, KMS not left out", async () => {
  const { IsLogging } = await client().send(new GetTrailStatusCommand({ Name: arn }));
  expect(IsLogging).toBe(true);
  const { EventSelectors } = await client().send(new GetEventSelectorsCommand({ TrailName: "local" }));
  expect(EventSelectors).toEqual([
    {
      ReadWriteType: "All",
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ]);
});

test("another trail is not found, a role without permission denied, another operation refused by name", async () => {
  await expectError(client().send(new GetTrailStatusCommand({ Name: "other" })), "TrailNotFoundException");
  const denied = client(endpoint.accessKeyIdOf(role.arn)).send(new DescribeTrailsCommand({}));
  await expectError(denied, "AccessDeniedException");
  await expect(client().send(new StartLoggingCommand({ Name: arn }))).rejects.toThrow(
    "CloudTrail StartLogging for this trail",
  );
  await expect(client().send(new DeleteTrailCommand({ Name: arn }))).rejects.toThrow(
    "CloudTrail DeleteTrail",
  );
});

test("a client that names the service with its package is understood", async () => {
  const target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails";
  const authorization = "AWS4-HMAC-SHA256 Credential=AKIAANY/x, Signature=x";
  const headers = { authorization, "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const answer = await fetch(endpoint.url, { method: "POST", body: "{}", headers });
  expect(await answer.json()).toHaveProperty("trailList.length", 1);
});

describe("a trail of the stack's", () => {
  const bucketArn = "arn:aws:s3:::trail-bucket";
  const bucket = {
    bucketName: "trail-bucket",
    arn: bucketArn,
    versioned: true,
    lockEnabled: false,
    sendsEvents: true,
    policy: [
      {
        effect: "Allow",
        principals: ["cloudtrail.amazonaws.com"],
        actions: ["s3:GetBucketAcl", "s3:PutObject"],
        resources: [bucketArn, `${bucketArn}/AWSLogs/111122223333/*`],
        conditions: { StringEquals: { "aws:SourceArn": [trail.arn] } },
      },
    ],
  } as const;
  const stack = { ...emptyStack, buckets: [bucket], trails: [{ ...trail, bucketName: "trail-bucket" }] };
  const started = async (more: Partial<Parameters<typeof startAwsEndpoint>[0]> = {}) => {
    const made = await startAwsEndpoint({ stack, port: 0, ...more });
    onTestFinished(() => made.close());
    return { made, trails: new CloudTrailClient(clientSettings(made.url)) };
  };

  test("is listed before the account's, with its bucket, and its digests' public key", async () => {
    const { trails } = await started();
    const { trailList } = await trails.send(new DescribeTrailsCommand({}));
    expect(trailList?.map(({ Name, S3BucketName }) => [Name, S3BucketName])).toEqual([
      ["toy", "trail-bucket"],
      ["local", "local-trail"],
    ]);
    const { PublicKeyList } = await trails.send(new ListPublicKeysCommand({}));
    const [publicKey] = PublicKeyList ?? [];
    const der = { key: Buffer.from(publicKey?.Value ?? []), format: "der", type: "pkcs1" } as const;
    expect(createPublicKey(der).asymmetricKeyType).toBe("rsa");
    expect(publicKey?.Fingerprint).toMatch(/^[0-9a-f]{32}$/);
  });

  test("delivers to its bucket; who silences it is the last that it shows", async () => {
    const events: JsonObject[] = [];
    const { made, trails } = await started({ putEvent: (event) => void events.push(event) });
    await trails.send(new StopLoggingCommand({ Name: "toy" }));
    expect((await trails.send(new GetTrailStatusCommand({ Name: "toy" }))).IsLogging).toBe(false);
    await expectError(trails.send(new StopLoggingCommand({ Name: "none" })), "TrailNotFoundException");
    const calls = events.filter((event) => event["detail-type"] === "AWS API Call via CloudTrail");
    expect(calls).toMatchObject([
      {
        source: "aws.cloudtrail",
        detail: {
          eventSource: "cloudtrail.amazonaws.com",
          eventName: "StopLogging",
          readOnly: false,
          requestParameters: { name: "toy" },
        },
      },
    ]);
    const names = [...made.objects.names("trail-bucket", "AWSLogs/", "")];
    expect(names.map((name) => name.split("/")[2])).toEqual(["CloudTrail-Digest", "CloudTrail"]);
    await trails.send(new StartLoggingCommand({ Name: "toy" }));
    expect((await trails.send(new GetTrailStatusCommand({ Name: "toy" }))).IsLogging).toBe(true);
  });

  test.each([
    ["no bucket", { ...stack, buckets: [] }, /trail toy: there is no bucket trail-bucket/],
    [
      "a bucket without a policy",
      { ...stack, buckets: [{ ...bucket, policy: [] }] },
      /may not s3:GetBucketAcl/,
    ],
    [
      "a bucket for another prefix",
      { ...stack, trails: [{ ...trail, bucketName: "trail-bucket", prefix: "other" }] },
      /may not s3:PutObject on arn:aws:s3:::trail-bucket\/other\/AWSLogs\/111122223333\/any/,
    ],
    [
      "a bucket for another trail",
      { ...stack, trails: [{ ...trail, bucketName: "trail-bucket", arn: `${trail.arn}-2` }] },
      /may not s3:GetBucketAcl/,
    ],
  ])("does not start with %s", async (_what, wrong, message) => {
    await expect(startAwsEndpoint({ stack: wrong, port: 0 })).rejects.toThrow(message);
  });
});
