/** KMS Developer Guide, "Aliases in AWS KMS": which operations take an alias for a key. */
import {
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ListAliasesCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, expectError } from "../../contract/guarantee.ts";
import { emptyStack, kmsKeyResource } from "../../contract/stack.ts";

const one = { ...kmsKeyResource(1), aliases: ["alias/one", "alias/first"] };
const two = { ...kmsKeyResource(2), aliases: ["alias/two"] };
const arnOf = (alias: string) => `arn:aws:kms:us-east-1:111122223333:${alias}`;

let endpoint: AwsEndpoint;
let kms: KMSClient;
beforeEach(async () => {
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, kmsKeys: [one, two] }, port: 0 });
  kms = new KMSClient(clientSettings(endpoint.url));
});
afterEach(() => endpoint.close());

const targets = async (KeyId?: string) =>
  (await kms.send(new ListAliasesCommand({ KeyId }))).Aliases?.map(({ AliasName, TargetKeyId }) => [
    AliasName,
    TargetKeyId,
  ]);

test("ListAliases names all of them, or those of one key", async () => {
  const ofOne = one.aliases.map((alias) => [alias, one.keyId]);
  expect(await targets()).toEqual([...ofOne, ["alias/two", two.keyId]]);
  expect(await targets(one.arn)).toEqual(ofOne);
  const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: two.keyId }));
  expect(Aliases?.[0]?.AliasArn).toBe(arnOf("alias/two"));
});

test("DescribeKey and the cryptographic operations take an alias name and an alias ARN", async () => {
  for (const KeyId of ["alias/one", arnOf("alias/first")]) {
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn).toBe(one.arn);
    const generated = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
    expect(generated.KeyId).toBe(one.arn);
    const { CiphertextBlob } = generated;
    expect((await kms.send(new DecryptCommand({ CiphertextBlob, KeyId }))).KeyId).toBe(one.arn);
    const moved = await kms.send(
      new ReEncryptCommand({ CiphertextBlob, SourceKeyId: KeyId, DestinationKeyId: "alias/two" }),
    );
    expect(moved).toMatchObject({ SourceKeyId: one.arn, KeyId: two.arn });
  }
});

test("the other operations take the key itself only, and an alias that there is not is not found", async () => {
  const KeyId = "alias/one";
  await expectError(kms.send(new DisableKeyCommand({ KeyId })), "NotFoundException");
  await expectError(kms.send(new RotateKeyOnDemandCommand({ KeyId })), "NotFoundException");
  await expectError(kms.send(new DescribeKeyCommand({ KeyId: "alias/none" })), "NotFoundException");
});

test("a deployment moves an alias to another key", async () => {
  const moved = [
    { ...one, aliases: [] },
    { ...two, aliases: ["alias/one"] },
  ];
  await endpoint.deploy({ ...emptyStack, kmsKeys: moved });
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: "alias/one" }));
  expect(KeyMetadata?.Arn).toBe(two.arn);
  expect(await targets()).toEqual([["alias/one", two.keyId]]);
});
