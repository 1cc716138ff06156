/** KMS Developer Guide, "Logging AWS KMS API calls with CloudTrail": Decrypt, GenerateDataKey, ReEncrypt. */
import {
  DecryptCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ReEncryptCommand,
} from "@aws-sdk/client-kms";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { localAccountId } from "../../../local/stack.ts";
import { clientSettings } from "../../contract/guarantee.ts";
import { allow, emptyStack, functionWithRole, kmsKeyResource, tableResource } from "../../contract/stack.ts";

const [first, second] = [kmsKeyResource(1), kmsKeyResource(2)];
const save = functionWithRole("save", [allow(["kms:GenerateDataKey"], [first.arn])]);
const context = { purpose: "test", owner: "ada" };
const at = new Date("2026-11-24T10:11:12.345Z");

let endpoint: AwsEndpoint;
let admin: KMSClient;
let saving: KMSClient;
beforeEach(async () => {
  const tables = [tableResource("ProviderKeys")];
  const stack = { ...emptyStack, tables, kmsKeys: [first, second], roles: [save.role], functions: [save.fn] };
  endpoint = await startAwsEndpoint({ stack, port: 0, now: () => at });
  admin = new KMSClient(clientSettings(endpoint.url));
  saving = new KMSClient(clientSettings(endpoint.url, endpoint.accessKeyIdOf(save.fn.roleArn)));
});
afterEach(async () => {
  admin.destroy();
  saving.destroy();
  await endpoint.close();
});

const generate = () =>
  saving.send(
    new GenerateDataKeyCommand({ KeyId: first.arn, KeySpec: "AES_256", EncryptionContext: context }),
  );
const resourceOf = (ARN: string) => ({ accountId: localAccountId, type: "AWS::KMS::Key", ARN });
const lastRecord = () => endpoint.cloudTrailRecords().at(-1);

test("starting makes no record, and neither do DynamoDB's data calls", async () => {
  const db = new DynamoDBClient(clientSettings(endpoint.url));
  await db.send(
    new GetItemCommand({ TableName: "ProviderKeys", Key: { owner: { S: "a" }, slot: { S: "b" } } }),
  );
  db.destroy();
  expect(endpoint.cloudTrailRecords()).toEqual([]);
});

test("a role's GenerateDataKey is recorded whole", async () => {
  const { KeyMaterialId, $metadata } = await generate();
  const roleId = `AROA${endpoint.accessKeyIdOf(save.fn.roleArn).slice(4)}`;
  expect(endpoint.cloudTrailRecords()).toEqual([
    {
      eventVersion: "1.11",
      userIdentity: {
        type: "AssumedRole",
        principalId: `${roleId}:test-save`,
        arn: `arn:aws:sts::${localAccountId}:assumed-role/save/test-save`,
        accountId: localAccountId,
        accessKeyId: endpoint.accessKeyIdOf(save.fn.roleArn),
        sessionContext: {
          sessionIssuer: {
            type: "Role",
            principalId: roleId,
            arn: save.fn.roleArn,
            accountId: localAccountId,
            userName: "save",
          },
          attributes: { creationDate: "2026-11-24T10:11:12Z", mfaAuthenticated: "false" },
        },
      },
      eventTime: "2026-11-24T10:11:12Z",
      eventSource: "kms.amazonaws.com",
      eventName: "GenerateDataKey",
      awsRegion: "us-east-1",
      sourceIPAddress: "127.0.0.1",
      userAgent: expect.stringContaining("aws-sdk-js/3") as string,
      requestParameters: { keyId: first.arn, keySpec: "AES_256", encryptionContext: context },
      responseElements: null,
      additionalEventData: { keyMaterialId: KeyMaterialId },
      requestID: $metadata.requestId,
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      readOnly: true,
      resources: [resourceOf(first.arn)],
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: localAccountId,
      eventCategory: "Management",
    },
  ]);
});

test("Decrypt records the algorithm although it was not asked for, and the caller's part of the user agent", async () => {
  const { CiphertextBlob, KeyMaterialId } = await generate();
  const custom = new KMSClient({ ...clientSettings(endpoint.url), customUserAgent: "waxseal-use/one.1" });
  await custom.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
  custom.destroy();
  expect(lastRecord()).toMatchObject({
    eventName: "Decrypt",
    userIdentity: { type: "IAMUser", userName: "administrator" },
    userAgent: expect.stringContaining("waxseal-use/one.1") as string,
    requestParameters: { encryptionAlgorithm: "SYMMETRIC_DEFAULT", encryptionContext: context },
    additionalEventData: { keyMaterialId: KeyMaterialId },
    readOnly: true,
  });
});

test("ReEncrypt records both contexts, both materials and both keys, source first", async () => {
  const { CiphertextBlob } = await generate();
  const answer = await admin.send(
    new ReEncryptCommand({
      CiphertextBlob,
      SourceEncryptionContext: context,
      DestinationKeyId: second.keyId,
      DestinationEncryptionContext: { level: "3A" },
    }),
  );
  expect(lastRecord()).toMatchObject({
    requestParameters: {
      sourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      sourceEncryptionContext: context,
      destinationKeyId: second.keyId,
      destinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      destinationEncryptionContext: { level: "3A" },
    },
    additionalEventData: {
      sourceKeyMaterialId: answer.SourceKeyMaterialId,
      destinationKeyMaterialId: answer.DestinationKeyMaterialId,
    },
    resources: [resourceOf(first.arn), resourceOf(second.arn)],
  });
});

test("a failed call is recorded with its error and the request id that its caller saw", async () => {
  const { CiphertextBlob } = await generate();
  const wrongKey = new DecryptCommand({ CiphertextBlob, EncryptionContext: context, KeyId: second.arn });
  const failure: unknown = await admin.send(wrongKey).catch((error: unknown) => error);
  expect(failure).toHaveProperty("$metadata.requestId", lastRecord()?.requestID);
  expect(lastRecord()).toMatchObject({
    errorCode: "IncorrectKeyException",
    errorMessage: "The key ID in the request does not identify a CMK that can perform this operation.",
    requestParameters: { keyId: second.arn },
    resources: [resourceOf(second.arn)],
  });
  expect(lastRecord()).not.toHaveProperty("additionalEventData");
});

test("a denied call is recorded as AccessDenied, under the role that tried", async () => {
  const { CiphertextBlob } = await generate();
  const call = saving.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
  await expect(call).rejects.toHaveProperty("name", "AccessDeniedException");
  expect(lastRecord()).toMatchObject({
    eventName: "Decrypt",
    errorCode: "AccessDenied",
    errorMessage: expect.stringContaining(`kms:Decrypt on resource: ${first.arn}`) as string,
    userIdentity: { sessionContext: { sessionIssuer: { arn: save.fn.roleArn } } },
    requestParameters: null,
    responseElements: null,
  });
});

test("a change of a key is not read-only", async () => {
  await admin.send(new DisableKeyCommand({ KeyId: first.keyId }));
  expect(lastRecord()).toMatchObject({
    eventName: "DisableKey",
    readOnly: false,
    requestParameters: { keyId: first.keyId },
  });
});

test("no plaintext and no ciphertext is in any record", async () => {
  const { CiphertextBlob = new Uint8Array(), Plaintext = new Uint8Array() } = await generate();
  await admin.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
  const canary = Buffer.from("canary-plaintext");
  const sealed = await admin.send(new EncryptCommand({ KeyId: first.arn, Plaintext: canary }));
  const records = JSON.stringify(endpoint.cloudTrailRecords());
  for (const secret of [CiphertextBlob, Plaintext, canary, sealed.CiphertextBlob ?? new Uint8Array()]) {
    expect(secret.length).toBeGreaterThan(0);
    for (const encoding of ["base64", "hex", "latin1"] as const) {
      expect(records).not.toContain(Buffer.from(secret).toString(encoding));
    }
  }
  expect(endpoint.cloudTrailRecords()).toHaveLength(3);
});

test("/_cloudtrail answers the records", async () => {
  await generate();
  const page = await fetch(`${endpoint.url}/_cloudtrail`);
  expect(await page.json()).toEqual({ Records: endpoint.cloudTrailRecords() });
});
