/** KMS Developer Guide, "AWS KMS condition keys"; API Reference, "ReEncrypt" (required permissions). */
import {
  KMSClient,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  ListKeysCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterEach, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { Statement } from "../../../local/stack.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, emptyStack, functionWithRole, kmsKeyResource } from "../../contract/stack.ts";

const [source, destination] = [kmsKeyResource(1), kmsKeyResource(2)];
const from = (conditions: Statement["conditions"] = {}) =>
  allow(["kms:ReEncryptFrom"], [source.arn], conditions);
const to = (conditions: Statement["conditions"] = {}) =>
  allow(["kms:ReEncryptTo"], [destination.arn], conditions);
const generate = (conditions: Statement["conditions"]) =>
  allow(["kms:GenerateDataKey"], [source.arn], conditions);

let endpoint: AwsEndpoint;
afterEach(() => endpoint.close());

/** Clients of the administrator and of a role with these statements. */
async function clientsWith(statements: readonly Statement[], now?: () => Date) {
  const { fn, role } = functionWithRole("tested", statements);
  const stack = { ...emptyStack, kmsKeys: [source, destination], roles: [role], functions: [fn] };
  endpoint = await startAwsEndpoint({ stack, port: 0, ...(now ? { now } : {}) });
  const settings = clientSettings(endpoint.url);
  const roleSettings = clientSettings(endpoint.url, endpoint.accessKeyIdOf(fn.roleArn));
  return { admin: new KMSClient(settings), role: new KMSClient(roleSettings) };
}

describe("ReEncrypt needs ReEncryptFrom on the source and ReEncryptTo on the destination", () => {
  const sourceContext = { stage: "old" };
  const destinationContext = { stage: "new" };
  const stageIs = (stage: string) => ({ StringEquals: { "kms:EncryptionContext:stage": [stage] } });
  const onSameKey = (value: string) => ({ Bool: { "kms:ReEncryptOnSameKey": [value] } });
  test.each([
    ["both", [from(), to()], "succeeded"],
    ["only the source", [from()], "AccessDeniedException"],
    ["only the destination", [to()], "AccessDeniedException"],
    ["Decrypt and Encrypt instead", [allow(["kms:Decrypt", "kms:Encrypt"], ["*"])], "AccessDeniedException"],
    ["each with its own context", [from(stageIs("old")), to(stageIs("new"))], "succeeded"],
    ["the source with the destination's context", [from(stageIs("new")), to()], "AccessDeniedException"],
    ["the destination with the source's context", [from(), to(stageIs("old"))], "AccessDeniedException"],
    ["between two keys only", [from(onSameKey("false")), to(onSameKey("false"))], "succeeded"],
    ["within one key only", [from(onSameKey("true")), to()], "AccessDeniedException"],
  ])("%s", async (_name, statements, outcome) => {
    const { admin, role } = await clientsWith(statements);
    const { CiphertextBlob } = await admin.send(
      new GenerateDataKeyCommand({ KeyId: source.arn, KeySpec: "AES_256", EncryptionContext: sourceContext }),
    );
    const call = role.send(
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: sourceContext,
        DestinationKeyId: destination.arn,
        DestinationEncryptionContext: destinationContext,
      }),
    );
    expect(await nameOfError(call)).toBe(outcome);
  });
});

describe("the names in an encryption context can be limited", () => {
  const only = (names: string[]) => ({ "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": names } });
  const some = { Null: { "kms:EncryptionContextKeys": ["false"] } };
  test.each([
    ["the names listed", { purpose: "p", owner: "o" }, "succeeded"],
    ["one of them", { purpose: "p" }, "succeeded"],
    ["one more", { purpose: "p", owner: "o", extra: "e" }, "AccessDeniedException"],
    ["none at all", {}, "AccessDeniedException"],
  ])("%s", async (_name, EncryptionContext, outcome) => {
    const { role } = await clientsWith([generate({ ...only(["purpose", "owner"]), ...some })]);
    const call = role.send(
      new GenerateDataKeyCommand({ KeyId: source.arn, KeySpec: "AES_256", EncryptionContext }),
    );
    expect(await nameOfError(call)).toBe(outcome);
  });
});

test("a key is gone once its waiting period is over", async () => {
  let now = new Date("2026-11-01T00:00:00Z");
  const { admin } = await clientsWith([], () => now);
  await admin.send(new ScheduleKeyDeletionCommand({ KeyId: source.keyId, PendingWindowInDays: 7 }));
  const describeKey = () => nameOfError(admin.send(new DescribeKeyCommand({ KeyId: source.keyId })));
  now = new Date("2026-11-07T23:59:59Z");
  expect(await describeKey()).toBe("succeeded");
  now = new Date("2026-11-08T00:00:01Z");
  expect(await describeKey()).toBe("NotFoundException");
  const { Keys } = await admin.send(new ListKeysCommand({}));
  expect(Keys?.map(({ KeyArn }) => KeyArn)).toEqual([destination.arn]);
});
