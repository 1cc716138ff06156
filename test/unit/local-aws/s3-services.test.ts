/**
 * What a service of AWS puts itself (AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"), and what
 * S3 tells EventBridge of it (Amazon S3 User Guide, "EventBridge event message structure").
 */
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { putAsService } from "../../../local/aws/s3/put.ts";
import { localAccountId, localRegion } from "../../../local/stack.ts";
import { bucketPolicyStatements } from "../../../local/template/statements.ts";
import { clientSettings } from "../../contract/guarantee.ts";
import { bucketResource, emptyStack } from "../../contract/stack.ts";

const service = "cloudtrail.amazonaws.com";
const sourceArn = `arn:aws:cloudtrail:${localRegion}:${localAccountId}:trail/local`;
const at = new Date("2026-11-24T10:11:12.345Z");

/** As CloudTrail's documentation has it. */
const mayWrite = {
  Effect: "Allow",
  Principal: { Service: service },
  Action: "s3:PutObject",
  Resource: `arn:aws:s3:::trail/AWSLogs/${localAccountId}/*`,
  Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": sourceArn } },
};
const onlyTls = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "arn:aws:s3:::trail/*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const policyOf = (...statements: unknown[]) =>
  bucketPolicyStatements({ Version: "2012-10-17", Statement: statements }, "Policy");

let endpoint: AwsEndpoint;
let events: unknown[];
let s3: S3Client;
beforeEach(async () => {
  events = [];
  const silent = { ...bucketResource("silent", "plain"), sendsEvents: false };
  const buckets = [
    bucketResource("trail", "versioned", policyOf(mayWrite, onlyTls)),
    bucketResource("plain", "plain"),
    silent,
  ];
  const putEvent = (event: unknown) => events.push(event);
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, buckets }, port: 0, now: () => at, putEvent });
  s3 = new S3Client(clientSettings(endpoint.url));
});
afterEach(async () => {
  s3.destroy();
  await endpoint.close();
});

const file = {
  bucket: "trail",
  name: `AWSLogs/${localAccountId}/CloudTrail/a.json.gz`,
  body: Buffer.from("records"),
  contentType: "application/json",
  contentEncoding: "gzip",
  metadata: { signature: "00ff" },
  sourceArn,
};

describe("a service puts what the bucket's policy lets it", () => {
  test("and it is read as any other object", async () => {
    const { versionId } = putAsService(endpoint.objects, service, file);
    const got = await s3.send(new GetObjectCommand({ Bucket: "trail", Key: file.name }));
    expect(await got.Body?.transformToString()).toBe("records");
    expect(got).toMatchObject({
      ...{ ContentType: "application/json", ContentEncoding: "gzip", VersionId: versionId },
      Metadata: file.metadata,
    });
  });

  test.each([
    ["another trail", service, { sourceArn: `${sourceArn}-2` }],
    ["another service", "config.amazonaws.com", {}],
    ["a name that is not in its folder", service, { name: "AWSLogs/444455556666/a.json.gz" }],
    ["a bucket whose policy does not name it", service, { bucket: "plain" }],
  ])("and nothing for %s", (_name, by, change) => {
    const put = () => putAsService(endpoint.objects, by, { ...file, ...change });
    expect(put).toThrow(expect.objectContaining({ code: "AccessDeniedException" }));
    expect(events).toEqual([]);
  });

  test("a denial of everyone is one of services too, unless it leaves them out", async () => {
    const denial = { ...onlyTls, Condition: {} };
    const exempting = { ...onlyTls, Condition: { Bool: { "aws:PrincipalIsAWSService": "false" } } };
    const outcomes = [denial, exempting].map((statement) => async () => {
      const bucket = bucketResource("trail", "versioned", policyOf(mayWrite, statement));
      await endpoint.deploy({ ...emptyStack, buckets: [bucket] });
      return putAsService(endpoint.objects, service, file).versionId;
    });
    await expect(outcomes[0]?.()).rejects.toHaveProperty("code", "AccessDeniedException");
    await expect(outcomes[1]?.()).resolves.toMatch(/./);
  });
});

describe("EventBridge is told", () => {
  test("of a new object in the documented shape", async () => {
    const command = new PutObjectCommand({ Bucket: "trail", Key: "a b", Body: "hello" });
    const { VersionId, $metadata } = await s3.send(command);
    expect(events).toEqual([
      {
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        "detail-type": "Object Created",
        source: "aws.s3",
        account: localAccountId,
        time: "2026-11-24T10:11:12Z",
        region: localRegion,
        resources: ["arn:aws:s3:::trail"],
        detail: {
          version: "0",
          bucket: { name: "trail" },
          object: {
            key: "a b",
            size: 5,
            etag: "5d41402abc4b2a76b9719d911017c592",
            "version-id": VersionId,
            sequencer: expect.stringMatching(/^[0-9a-f]+$/) as string,
          },
          "request-id": $metadata.requestId,
          requester: localAccountId,
          "source-ip-address": "127.0.0.1",
          reason: "PutObject",
        },
      },
    ]);
  });

  test("by which service one was put", () => {
    putAsService(endpoint.objects, service, file);
    expect(events).toMatchObject([{ detail: { requester: service, "source-ip-address": service } }]);
  });

  test("of later objects with a greater sequencer", async () => {
    for (const Body of ["first", "second"])
      await s3.send(new PutObjectCommand({ Bucket: "trail", Key: "a", Body }));
    const [first = "", second = ""] = (events as { detail: { object: { sequencer: string } } }[]).map(
      ({ detail }) => detail.object.sequencer,
    );
    expect(second > first).toBe(true);
  });

  test("of nothing where the bucket does not send its events, or no object came to be", async () => {
    await s3.send(new PutObjectCommand({ Bucket: "silent", Key: "a", Body: "x" }));
    const refused = s3.send(
      new PutObjectCommand({ Bucket: "plain", Key: "a", Body: "x", ContentMD5: "bm9uZQ==" }),
    );
    await expect(refused).rejects.toHaveProperty("name", "InvalidDigest");
    await s3.send(new HeadObjectCommand({ Bucket: "silent", Key: "a" }));
    expect(events).toEqual([]);
  });
});
