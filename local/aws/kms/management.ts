/** The operations on keys themselves (KMS API Reference, the page of each; "Key states of AWS KMS keys"). */
import { localAccountId, localRegion } from "../../stack.ts";
import { accountOf } from "../caller.ts";
import { authorise, denialOf } from "../iam/authorise.ts";
import { AwsError, type JsonObject } from "../protocol.ts";
import type { Statement } from "../../stack.ts";
import { integer, requiredText, text } from "./input.ts";
import { assertNotPendingDeletion, currentMaterial, policyOf, usageOf, type KmsKey } from "./keys.ts";
import { authorisedByAnyName, authorisedKey, type KmsOperation, type KmsRequest } from "./operation.ts";
import { resumeSchedule } from "./schedule.ts";
import { signingAlgorithm } from "./signing.ts";

const msPerDay = 86_400_000;

function describe(kmsKey: KmsKey): JsonObject {
  return {
    AWSAccountId: localAccountId,
    KeyId: kmsKey.keyId,
    Arn: kmsKey.arn,
    CreationDate: kmsKey.createdAt / 1000,
    Enabled: kmsKey.state === "Enabled",
    Description: kmsKey.description ?? "",
    KeyState: kmsKey.state,
    ...(kmsKey.deletionAt === undefined ? {} : { DeletionDate: kmsKey.deletionAt / 1000 }),
    Origin: "AWS_KMS",
    KeyManager: "CUSTOMER",
    MultiRegion: false,
    KeyUsage: usageOf(kmsKey),
    ...describeSpec(kmsKey),
  };
}

function describeSpec(kmsKey: KmsKey): JsonObject {
  const spec = kmsKey.spec ?? "SYMMETRIC_DEFAULT";
  const specs = { CustomerMasterKeySpec: spec, KeySpec: spec };
  if (kmsKey.spec) return { ...specs, SigningAlgorithms: [signingAlgorithm] };
  return { ...specs, EncryptionAlgorithms: [spec], CurrentKeyMaterialId: currentMaterial(kmsKey).id };
}

const describeKey: KmsOperation = {
  readOnly: true,
  run: (request) => ({ KeyMetadata: describe(authorisedByAnyName(request)) }),
};

const listKeys: KmsOperation = {
  readOnly: true,
  run(request) {
    authorise({ caller: request.call.caller, action: "kms:ListKeys", resourceArn: "*", conditionKeys: {} });
    const keys = request.keys.all().map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn }));
    return { Keys: keys, Truncated: false };
  },
};

/** All in one answer; a limit and a marker are not looked at. */
const listAliases: KmsOperation = {
  readOnly: true,
  run({ call, input, keys }) {
    authorise({ caller: call.caller, action: "kms:ListAliases", resourceArn: "*", conditionKeys: {} });
    const asked = text(input, "KeyId");
    const only = asked === undefined ? undefined : keys.find(asked).keyId;
    const listed = keys.aliases().filter(([, keyId]) => only === undefined || only === keyId);
    const aliases = listed.map(([alias, keyId]) => ({
      AliasName: alias,
      AliasArn: `arn:aws:kms:${localRegion}:${localAccountId}:${alias}`,
      TargetKeyId: keyId,
    }));
    return { Aliases: aliases, Truncated: false };
  },
};

function settingState(state: "Enabled" | "Disabled"): KmsOperation {
  return {
    readOnly: false,
    run(request) {
      const kmsKey = authorisedKey(request);
      assertNotPendingDeletion(kmsKey);
      kmsKey.state = state;
      resumeSchedule(kmsKey, request.now().getTime());
      request.keys.save();
      return {};
    },
  };
}

const scheduleKeyDeletion: KmsOperation = {
  readOnly: false,
  run(request) {
    const days = integer(request.input, "PendingWindowInDays", 7, 30) ?? 30;
    const kmsKey = authorisedKey(request);
    assertNotPendingDeletion(kmsKey);
    kmsKey.state = "PendingDeletion";
    kmsKey.deletionAt = request.now().getTime() + days * msPerDay;
    request.keys.save();
    const deletion = {
      DeletionDate: kmsKey.deletionAt / 1000,
      KeyState: "PendingDeletion",
      PendingWindowInDays: days,
    };
    return { KeyId: kmsKey.arn, ...deletion };
  },
};

const cancelKeyDeletion: KmsOperation = {
  readOnly: false,
  run(request) {
    const kmsKey = authorisedKey(request);
    if (kmsKey.state !== "PendingDeletion") {
      throw new AwsError("KMSInvalidStateException", `${kmsKey.arn} is not pending deletion.`);
    }
    // "the key state of the KMS key is Disabled" (CancelKeyDeletion)
    kmsKey.state = "Disabled";
    delete kmsKey.deletionAt;
    request.keys.save();
    return { KeyId: kmsKey.arn };
  },
};

const getKeyPolicy: KmsOperation = {
  readOnly: true,
  run(request) {
    assertDefaultPolicyName(request);
    return { Policy: authorisedKey(request).policyDocument, PolicyName: "default" };
  },
};

const putKeyPolicy: KmsOperation = {
  readOnly: false,
  run(request) {
    assertDefaultPolicyName(request);
    const policyDocument = requiredText(request.input, "Policy");
    const kmsKey = authorisedKey(request);
    assertNotPendingDeletion(kmsKey);
    const policy = parsedPolicy(policyDocument);
    if (request.input["BypassPolicyLockoutSafetyCheck"] !== true) assertNoLockout(request, kmsKey, policy);
    kmsKey.policy = policy;
    kmsKey.policyDocument = policyDocument;
    request.keys.save();
    return {};
  },
};

function assertDefaultPolicyName(request: KmsRequest): void {
  if ((text(request.input, "PolicyName") ?? "default") === "default") return;
  throw new AwsError("NotFoundException", "No such policy exists");
}

function parsedPolicy(policyDocument: string): readonly Statement[] {
  try {
    return policyOf(policyDocument);
  } catch (error) {
    const reason = error instanceof SyntaxError ? "The policy is not valid JSON" : String(error);
    throw new AwsError("MalformedPolicyDocumentException", reason);
  }
}

/** The lockout check: who puts a policy must still be able to put the next one. */
function assertNoLockout(request: KmsRequest, kmsKey: KmsKey, policy: readonly Statement[]): void {
  const access = { caller: request.call.caller, action: "kms:PutKeyPolicy", resourceArn: kmsKey.arn };
  const conditionKeys = { "kms:CallerAccount": accountOf(request.call.caller) };
  if (denialOf({ ...access, conditionKeys, keyPolicy: policy }) === undefined) return;
  throw new AwsError(
    "MalformedPolicyDocumentException",
    "The new key policy will not allow you to update the key policy in the future.",
  );
}

export const managementOperations: Readonly<Record<string, KmsOperation>> = {
  DescribeKey: describeKey,
  ListKeys: listKeys,
  ListAliases: listAliases,
  EnableKey: settingState("Enabled"),
  DisableKey: settingState("Disabled"),
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: cancelKeyDeletion,
  GetKeyPolicy: getKeyPolicy,
  PutKeyPolicy: putKeyPolicy,
};
