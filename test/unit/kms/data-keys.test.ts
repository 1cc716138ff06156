import { DecryptCommand, GenerateDataKeyCommand, KMSClient, KMSServiceException } from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { kmsDataKeyGenerator } from "../../../lib/kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../../../lib/kms/data-key-unwrapper.ts";

/** Faults that no emulator makes; the protocol itself is tried against the local KMS in test/local. */
const kms = new KMSClient({ region: "us-east-1", maxAttempts: 1 });
const mock = mockClient(kms);
const kmsKeyArn = "arn:aws:kms:us-east-1:111122223333:key/1";
const context = {
  purpose: "waxseal/provider-key",
  stage: "t",
  ownerId: "o",
  slot: "openai/default",
} as const;
const wrapped = { wrappedDataKey: new Uint8Array(8), encryptionKeyId: kmsKeyArn, keyMaterialId: "m" };

const generator = kmsDataKeyGenerator(kms, kmsKeyArn);
const unwrapper = kmsDataKeyUnwrapper(kms, "use-1");
const generated = {
  Plaintext: new Uint8Array(64),
  CiphertextBlob: new Uint8Array(100),
  KeyId: kmsKeyArn,
  KeyMaterialId: "m",
  $metadata: { requestId: "request-1" },
};
const decrypted = { Plaintext: new Uint8Array(64), KeyId: kmsKeyArn, $metadata: {} };

function fault(name: string): KMSServiceException {
  const text = "a message of AWS's that quotes canary input";
  return new KMSServiceException({
    name,
    message: text,
    $fault: "client",
    $metadata: { requestId: "request-2" },
  });
}

beforeEach(() => {
  mock.reset();
});

const meanings = [
  { error: "ThrottlingException", generate: "KMS_UNAVAILABLE", decrypt: "KMS_UNAVAILABLE", calls: 3 },
  { error: "KMSInternalException", generate: "KMS_UNAVAILABLE", decrypt: "KMS_UNAVAILABLE", calls: 3 },
  { error: "DependencyTimeoutException", generate: "KMS_UNAVAILABLE", decrypt: "KMS_UNAVAILABLE", calls: 3 },
  { error: "KeyUnavailableException", generate: "KMS_UNAVAILABLE", decrypt: "KMS_UNAVAILABLE", calls: 3 },
  { error: "TimeoutError", generate: "KMS_UNAVAILABLE", decrypt: "KMS_UNAVAILABLE", calls: 3 },
  {
    error: "DisabledException",
    generate: "ENCRYPTION_KEY_UNAVAILABLE",
    decrypt: "ENCRYPTION_KEY_UNAVAILABLE",
    calls: 1,
  },
  {
    error: "KMSInvalidStateException",
    generate: "ENCRYPTION_KEY_UNAVAILABLE",
    decrypt: "ENCRYPTION_KEY_UNAVAILABLE",
    calls: 1,
  },
  { error: "NotFoundException", generate: "ENCRYPTION_KEY_UNAVAILABLE", decrypt: "DECRYPT_FAILED", calls: 1 },
  {
    error: "AccessDeniedException",
    generate: "ACCESS_DENIED_BY_AWS",
    decrypt: "ACCESS_DENIED_BY_AWS",
    calls: 1,
  },
];

describe.each(meanings)("KMS's $error", ({ error, generate, decrypt, calls }) => {
  test(`is ${decrypt} on Decrypt after ${String(calls)} attempt(s)`, async () => {
    mock.on(DecryptCommand).rejects(fault(error));
    await expect(unwrapper.unwrapDataKey(wrapped, context)).rejects.toMatchObject({
      code: decrypt,
      aws: { service: "kms", operation: "Decrypt", error, requestId: "request-2" },
    });
    expect(mock.commandCalls(DecryptCommand)).toHaveLength(calls);
  });

  test(`is ${generate} on GenerateDataKey after ${String(calls)} attempt(s), without its message`, async () => {
    mock.on(GenerateDataKeyCommand).rejects(fault(error));
    const failure: unknown = await generator.generateDataKey(context, 64).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: generate });
    expect(JSON.stringify(failure) + ((failure as Error).stack ?? "")).not.toContain("canary");
    expect(mock.commandCalls(GenerateDataKeyCommand)).toHaveLength(calls);
  });
});

test.each(["InvalidCiphertextException", "IncorrectKeyException"])(
  "KMS's %s is a record that does not open, at once",
  async (error) => {
    mock.on(DecryptCommand).rejects(fault(error));
    await expect(unwrapper.unwrapDataKey(wrapped, context)).rejects.toMatchObject({ code: "DECRYPT_FAILED" });
    expect(mock.commandCalls(DecryptCommand)).toHaveLength(1);
  },
);

test("a throttled call is tried again and succeeds", async () => {
  mock.on(GenerateDataKeyCommand).rejectsOnce(fault("ThrottlingException")).resolves(generated);
  expect(await generator.generateDataKey(context, 64)).toMatchObject({ kmsRequestId: "request-1" });
});

test("asks for exactly the bytes, the KMS key and the context", async () => {
  mock.on(GenerateDataKeyCommand).resolves(generated);
  await generator.generateDataKey(context, 64);
  expect(mock.commandCalls(GenerateDataKeyCommand)[0]?.args[0].input).toEqual({
    KeyId: kmsKeyArn,
    NumberOfBytes: 64,
    EncryptionContext: context,
  });
});

test("an answer by another KMS key than the record names is refused", async () => {
  mock.on(DecryptCommand).resolves({ ...decrypted, KeyId: "arn:aws:kms:us-east-1:111122223333:key/2" });
  await expect(unwrapper.unwrapDataKey(wrapped, context)).rejects.toMatchObject({ code: "DECRYPT_FAILED" });
});

test("an answer without a plaintext is no success", async () => {
  mock.on(DecryptCommand).resolves({ KeyId: kmsKeyArn, $metadata: {} });
  await expect(unwrapper.unwrapDataKey(wrapped, context)).rejects.toMatchObject({ code: "KMS_UNAVAILABLE" });
});
