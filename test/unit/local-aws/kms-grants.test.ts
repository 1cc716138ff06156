/** KMS Developer Guide, "Grants in AWS KMS": who may what by a grant, and what CloudTrail shows of it. */
import {
  CreateGrantCommand,
  DecryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ListGrantsCommand,
  RevokeGrantCommand,
  type CreateGrantCommandInput,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, expectError, nameOfError } from "../../contract/guarantee.ts";
import { emptyStack, functionWithRole, kmsKeyResource, roleArnOf } from "../../contract/stack.ts";

const grantee = roleArnOf("grantee");
const denied = roleArnOf("denied");
const mayNot = { Effect: "Deny", Principal: { AWS: denied }, Action: "kms:Decrypt", Resource: "*" };
const kmsKey = kmsKeyResource(1, [mayNot]);
const KeyId = kmsKey.arn;
const EncryptionContext = { purpose: "test", owner: "ada" };
const foreign = "arn:aws:iam::444455556666:role/thief";

let endpoint: AwsEndpoint;
let admin: KMSClient;
let CiphertextBlob: Uint8Array | undefined;
beforeEach(async () => {
  const functions = ["grantee", "denied"].map((name) => functionWithRole(name, []));
  const roles = functions.map(({ role }) => role);
  const stack = { ...emptyStack, kmsKeys: [kmsKey], roles, functions: functions.map(({ fn }) => fn) };
  endpoint = await startAwsEndpoint({ stack, port: 0 });
  admin = new KMSClient(clientSettings(endpoint.url));
  const generate = new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext });
  ({ CiphertextBlob } = await admin.send(generate));
});
afterEach(() => endpoint.close());

const grant = (more: Partial<CreateGrantCommandInput> = {}) =>
  admin.send(new CreateGrantCommand({ KeyId, GranteePrincipal: grantee, Operations: ["Decrypt"], ...more }));
const decryptAs = (accessKeyId: string) =>
  nameOfError(
    new KMSClient(clientSettings(endpoint.url, accessKeyId)).send(
      new DecryptCommand({ CiphertextBlob, EncryptionContext }),
    ),
  );

test("a grant lets its grantee do what it names, until it is revoked", async () => {
  const accessKeyId = endpoint.accessKeyIdOf(grantee);
  expect(await decryptAs(accessKeyId)).toBe("AccessDeniedException");
  await grant({ Operations: ["GenerateDataKey"] });
  expect(await decryptAs(accessKeyId)).toBe("AccessDeniedException");
  const { GrantId } = await grant();
  expect(await decryptAs(accessKeyId)).toBe("succeeded");
  await admin.send(new RevokeGrantCommand({ KeyId, GrantId }));
  expect(await decryptAs(accessKeyId)).toBe("AccessDeniedException");
});

test("a principal of another account can be a grantee", async () => {
  const accessKeyId = endpoint.addPrincipal(foreign);
  expect(await decryptAs(accessKeyId)).toBe("AccessDeniedException");
  await grant({ GranteePrincipal: foreign });
  expect(await decryptAs(accessKeyId)).toBe("succeeded");
});

test("what the key policy denies no grant allows", async () => {
  await grant({ GranteePrincipal: denied });
  expect(await decryptAs(endpoint.accessKeyIdOf(denied))).toBe("AccessDeniedException");
});

test.each<[string, CreateGrantCommandInput["Constraints"], string]>([
  ["a part of the context", { EncryptionContextSubset: { owner: "ada" } }, "succeeded"],
  ["another value", { EncryptionContextSubset: { owner: "eve" } }, "AccessDeniedException"],
  ["all of the context", { EncryptionContextEquals: EncryptionContext }, "succeeded"],
  ["less than all of it", { EncryptionContextEquals: { owner: "ada" } }, "AccessDeniedException"],
])("a grant that is bound to %s", async (_what, Constraints, outcome) => {
  await grant({ Constraints });
  expect(await decryptAs(endpoint.accessKeyIdOf(grantee))).toBe(outcome);
});

test("grants are listed; one that there is not is not revoked, one for nothing not made", async () => {
  const { GrantId } = await grant({
    Name: "mine",
    Constraints: { EncryptionContextSubset: { owner: "ada" } },
  });
  const { Grants } = await admin.send(new ListGrantsCommand({ KeyId }));
  expect(Grants).toMatchObject([
    {
      GrantId,
      KeyId,
      Name: "mine",
      GranteePrincipal: grantee,
      Operations: ["Decrypt"],
      Constraints: { EncryptionContextSubset: { owner: "ada" } },
    },
  ]);
  await expectError(admin.send(new RevokeGrantCommand({ KeyId, GrantId: "0" })), "NotFoundException");
  await expectError(grant({ Operations: [] }), "ValidationException");
});

test("CloudTrail shows who was granted what, and no grant token", async () => {
  const { GrantId, GrantToken = "" } = await grant();
  const record = endpoint.cloudTrailRecords().at(-1);
  expect(record).toMatchObject({
    eventName: "CreateGrant",
    readOnly: false,
    requestParameters: { keyId: KeyId, granteePrincipal: grantee, operations: ["Decrypt"] },
    responseElements: { grantId: GrantId, keyId: KeyId },
  });
  expect(JSON.stringify(record)).not.toContain(GrantToken);
});
