/** KMS Developer Guide, "Logging AWS KMS API calls with AWS CloudTrail": Sign, Verify; "AWS KMS condition keys". */
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand, VerifyCommand } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { signDigest, verifyDigest } from "../../../local/aws/kms/ecdsa.ts";
import { localAccountId, type Statement } from "../../../local/stack.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, emptyStack, functionWithRole, kmsKeyResource } from "../../contract/stack.ts";

const signing = kmsKeyResource(1, [], "ECC_NIST_P256");
const KeyId = signing.keyId;
const Message = Buffer.from("what is signed");
const asked = { KeyId, Message, SigningAlgorithm: "ECDSA_SHA_256" } as const;

let endpoint: AwsEndpoint | undefined;
afterEach(async () => {
  await endpoint?.close();
  endpoint = undefined;
});

async function clientWith(statements: readonly Statement[]): Promise<KMSClient> {
  const { fn, role } = functionWithRole("checkpoint", statements);
  const stack = { ...emptyStack, kmsKeys: [signing], roles: [role], functions: [fn] };
  endpoint = await startAwsEndpoint({ stack, port: 0 });
  return new KMSClient(clientSettings(endpoint.url, endpoint.accessKeyIdOf(fn.roleArn)));
}

describe("CloudTrail", () => {
  test("records Sign, Verify and GetPublicKey with neither message nor signature", async () => {
    const kms = await clientWith([allow(["kms:*"], ["*"])]);
    const { Signature, $metadata } = await kms.send(new SignCommand({ ...asked, MessageType: "RAW" }));
    await kms.send(new VerifyCommand({ ...asked, Signature }));
    await kms.send(new GetPublicKeyCommand({ KeyId }));
    const common = {
      eventSource: "kms.amazonaws.com",
      responseElements: null,
      readOnly: true,
      eventCategory: "Management",
      resources: [{ accountId: localAccountId, type: "AWS::KMS::Key", ARN: signing.arn }],
    };
    const signingAlgorithm = "ECDSA_SHA_256";
    const requestID = $metadata.requestId;
    const ofSign = { keyId: KeyId, messageType: "RAW", signingAlgorithm };
    const records = endpoint?.cloudTrailRecords();
    expect(records).toMatchObject([
      { ...common, eventName: "Sign", requestID, requestParameters: ofSign },
      { ...common, eventName: "Verify", requestParameters: { keyId: KeyId, signingAlgorithm } },
      { ...common, eventName: "GetPublicKey", requestParameters: { keyId: KeyId } },
    ]);
    const written = JSON.stringify(records);
    for (const bytes of [Message, Buffer.from(Signature ?? [])])
      expect(written).not.toContain(bytes.toString("base64"));
  });

  test("records a signature that does not verify by its error", async () => {
    const kms = await clientWith([allow(["kms:*"], ["*"])]);
    const call = kms.send(new VerifyCommand({ ...asked, Signature: Buffer.from("none") }));
    expect(await nameOfError(call)).toBe("KMSInvalidSignatureException");
    expect(endpoint?.cloudTrailRecords()).toMatchObject([
      { eventName: "Verify", errorCode: "KMSInvalidSignatureException" },
    ]);
  });
});

describe("each call needs its own action, and may be bound to how it signs", () => {
  const bound = (conditionKey: string, value: string) => [
    allow(["kms:Sign"], [signing.arn], { StringEquals: { [conditionKey]: [value] } }),
  ];
  test.each<[string, readonly Statement[], string]>([
    ["kms:Sign", [allow(["kms:Sign"], [signing.arn])], "succeeded"],
    [
      "kms:Verify instead",
      [allow(["kms:Verify", "kms:GetPublicKey"], [signing.arn])],
      "AccessDeniedException",
    ],
    ["of another key", [allow(["kms:Sign"], [kmsKeyResource(2).arn])], "AccessDeniedException"],
    ["by this algorithm", bound("kms:SigningAlgorithm", "ECDSA_SHA_256"), "succeeded"],
    ["by another algorithm", bound("kms:SigningAlgorithm", "ECDSA_SHA_384"), "AccessDeniedException"],
    ["of whole messages", bound("kms:MessageType", "RAW"), "succeeded"],
    ["of digests", bound("kms:MessageType", "DIGEST"), "AccessDeniedException"],
  ])("%s", async (_name, statements, outcome) => {
    const kms = await clientWith(statements);
    expect(await nameOfError(kms.send(new SignCommand(asked)))).toBe(outcome);
  });

  test("whoever may sign digests only may sign those", async () => {
    const kms = await clientWith(bound("kms:MessageType", "DIGEST"));
    const digest = { ...asked, Message: Buffer.alloc(32, 1), MessageType: "DIGEST" } as const;
    expect(await nameOfError(kms.send(new SignCommand(digest)))).toBe("succeeded");
  });
});

describe("a signature of a digest", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const digestOf = (message: Uint8Array) => createHash("sha256").update(message).digest();
  const someMessage = fc.uint8Array({ maxLength: 64 });

  test("is one of the message by node:crypto, and the other way round", () => {
    const property = fc.property(someMessage, (message) => {
      expect(verify("sha256", message, publicKey, signDigest(privateKey, digestOf(message)))).toBe(true);
      expect(verifyDigest(privateKey, digestOf(message), sign("sha256", message, privateKey))).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });

  test("is of nothing else: no bit of it and none of the digest may change", () => {
    const signature = signDigest(privateKey, digestOf(Message));
    const flipped = (bytes: Buffer, bit: number) => {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    };
    for (let bit = 0; bit < signature.length * 8; bit += 1)
      expect(verifyDigest(privateKey, digestOf(Message), flipped(signature, bit))).toBe(false);
    for (let bit = 0; bit < 256; bit += 1)
      expect(verifyDigest(privateKey, flipped(digestOf(Message), bit), signature)).toBe(false);
  });

  test("is none where it is no signature at all", () => {
    const zeros = Buffer.from([0x30, 6, 2, 1, 0, 2, 1, 0]);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from([0x30]),
      zeros,
      Buffer.alloc(72, 0xff),
      Buffer.alloc(6000, 1),
    ])
      expect(verifyDigest(privateKey, digestOf(Message), bytes)).toBe(false);
  });
});
