import { CreateKeyCommand, KMSClient, type CreateKeyCommandInput } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../local/aws/endpoint.ts";
import { clientSettings } from "./guarantee.ts";
import { kmsContract } from "./kms.contract.ts";
import { emptyStack, kmsKeyResource } from "./stack.ts";

/** Another implementation's address, set by `judges/run.ts`. */
const judgeUrl = process.env["WAXSEAL_CONTRACT_KMS_URL"];

describe("KMS", () => {
  const kmsKeys = Array.from({ length: 80 }, (_, n) => kmsKeyResource(n));
  const signing = Array.from({ length: 20 }, (_, n) => kmsKeyResource(100 + n, [], "ECC_NIST_P256"));
  const unused = kmsKeys.map(({ arn }) => arn);
  const unusedSigning = signing.map(({ arn }) => arn);
  let endpoint: AwsEndpoint | undefined;
  let client: KMSClient;

  beforeAll(async () => {
    if (judgeUrl === undefined)
      endpoint = await startAwsEndpoint({
        stack: { ...emptyStack, kmsKeys: [...kmsKeys, ...signing] },
        port: 0,
      });
    client = new KMSClient(clientSettings(judgeUrl ?? endpoint?.url ?? ""));
  });
  afterAll(async () => {
    client.destroy();
    await endpoint?.close();
  });

  const newKey = () => made({}, unused);
  const newSigningKey = () => made({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, unusedSigning);

  async function made(input: CreateKeyCommandInput, ours: string[]): Promise<string> {
    if (judgeUrl !== undefined)
      return (await client.send(new CreateKeyCommand(input))).KeyMetadata?.Arn ?? "";
    const arn = ours.pop();
    if (arn === undefined) throw new Error("The test stack has too few KMS keys");
    return arn;
  }

  kmsContract({ client: () => client, newKey, newSigningKey });
});
