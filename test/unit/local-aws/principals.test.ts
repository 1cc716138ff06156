/** Calls by who is none of the stack's, and what CloudTrail shows of them ("CloudTrail userIdentity element"). */
import { DecryptCommand, GenerateDataKeyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, emptyStack, kmsKeyResource, rootArn } from "../../contract/stack.ts";

const kmsKey = kmsKeyResource(1);
const KeyId = kmsKey.arn;
const EncryptionContext = { purpose: "test" };
const user = "arn:aws:iam::111122223333:user/mallory";
const foreign = "arn:aws:iam::444455556666:role/path/thief";

let endpoint: AwsEndpoint;
let admin: KMSClient;
let CiphertextBlob: Uint8Array | undefined;
beforeEach(async () => {
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, kmsKeys: [kmsKey] }, port: 0 });
  admin = new KMSClient(clientSettings(endpoint.url));
  const generate = new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext });
  ({ CiphertextBlob } = await admin.send(generate));
});
afterEach(() => endpoint.close());

/** Opens the key policy beside the account's root. */
async function open(principal: unknown): Promise<void> {
  const statement = (Principal: unknown) => ({ Effect: "Allow", Principal, Action: "kms:*", Resource: "*" });
  const Statement = [statement({ AWS: rootArn }), statement(principal)];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await admin.send(new PutKeyPolicyCommand({ KeyId, Policy }));
}
const decryptAs = (accessKeyId: string) =>
  nameOfError(
    new KMSClient(clientSettings(endpoint.url, accessKeyId)).send(
      new DecryptCommand({ CiphertextBlob, EncryptionContext }),
    ),
  );
const lastRecord = () => endpoint.cloudTrailRecords().at(-1);

test("a user of the account may what their own policy says, or the key policy", async () => {
  expect(await decryptAs(endpoint.addPrincipal(user))).toBe("AccessDeniedException");
  expect(await decryptAs(endpoint.addPrincipal(user, [allow(["kms:Decrypt"], ["*"])]))).toBe("succeeded");
  const accessKeyId = endpoint.addPrincipal(user);
  await open({ AWS: user });
  expect(await decryptAs(accessKeyId)).toBe("succeeded");
  expect(lastRecord()?.userIdentity).toEqual({
    type: "IAMUser",
    principalId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/) as string,
    arn: user,
    accountId: "111122223333",
    accessKeyId,
    userName: "mallory",
  });
});

test.each([
  ["itself", { AWS: foreign }],
  ["its account's root", { AWS: "arn:aws:iam::444455556666:root" }],
  ["everyone", "*"],
])("a role of another account may once the key policy names %s, from then on", async (_what, principal) => {
  const accessKeyId = endpoint.addPrincipal(foreign);
  expect(await decryptAs(accessKeyId)).toBe("AccessDeniedException");
  await open(principal);
  expect(await decryptAs(accessKeyId)).toBe("succeeded");
});

test("of a call from another account CloudTrail shows that account and an id, and no ARN", async () => {
  await open({ AWS: foreign });
  await decryptAs(endpoint.addPrincipal(foreign));
  expect(lastRecord()).toMatchObject({
    userIdentity: {
      type: "AWSAccount",
      principalId: expect.stringMatching(/^AROA[A-Z2-7]{16}:local$/) as string,
      accountId: "444455556666",
    },
    recipientAccountId: "111122223333",
    sharedEventID: expect.any(String) as string,
  });
  expect(JSON.stringify(lastRecord())).not.toContain("thief");
});

test("one that was added stays over a deployment", async () => {
  const accessKeyId = endpoint.addPrincipal(user);
  await endpoint.deploy({ ...emptyStack, kmsKeys: [kmsKey] });
  expect(await decryptAs(accessKeyId)).toBe("AccessDeniedException");
});
