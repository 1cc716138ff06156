/** What every KMS operation is given, and the check that all of them make first. */
import { accountOf } from "../caller.ts";
import type { TrailDetails } from "../cloudtrail.ts";
import { authorise } from "../iam/authorise.ts";
import type { AwsCall, JsonObject } from "../protocol.ts";
import type { EncryptionContext } from "./blob.ts";
import { isGranted } from "./grant.ts";
import { requiredText } from "./input.ts";
import type { KeyStore, KmsKey } from "./keys.ts";

export interface KmsRequest {
  readonly call: AwsCall;
  readonly input: JsonObject;
  readonly keys: KeyStore;
  readonly now: () => Date;
  /** How long an on-demand rotation takes. */
  readonly rotationMs: number;
  /** Filled in on the way; becomes the CloudTrail record. */
  readonly trail: TrailDetails;
}

export interface KmsOperation {
  /** As CloudTrail has it; cryptographic operations count as read-only. */
  readonly readOnly: boolean;
  run(request: KmsRequest): JsonObject;
}

type ConditionKeys = Readonly<Record<string, readonly string[] | string | undefined>>;

/** Notes the key in the trail and throws `AccessDeniedException` unless the caller may do `action` with it. */
export function authoriseKey(
  request: KmsRequest,
  kmsKey: KmsKey,
  action: string,
  conditionKeys: ConditionKeys = {},
): void {
  request.trail.resources.push(kmsKey.arn);
  authorise({
    caller: request.call.caller,
    action: `kms:${action}`,
    resourceArn: kmsKey.arn,
    conditionKeys: { "kms:CallerAccount": accountOf(request.call.caller), ...conditionKeys },
    keyPolicy: kmsKey.policy,
    isGranted: isGranted(kmsKey.grants ?? [], request.call.caller, action, contextIn(conditionKeys)),
  });
}

/** What `contextConditionKeys` was made from. */
function contextIn(conditionKeys: ConditionKeys): EncryptionContext {
  const prefix = "kms:EncryptionContext:";
  const pairs = Object.entries(conditionKeys).flatMap(([name, value]) =>
    name.startsWith(prefix) && typeof value === "string" ? [[name.slice(prefix.length), value] as const] : [],
  );
  return Object.fromEntries(pairs);
}

/** The key that the request names, once the caller may do the call's operation with it. */
export function authorisedKey(request: KmsRequest, conditionKeys: ConditionKeys = {}): KmsKey {
  const kmsKey = request.keys.find(requiredText(request.input, "KeyId"));
  authoriseKey(request, kmsKey, request.call.operation, conditionKeys);
  return kmsKey;
}

/** The same, where the operation takes an alias too ("Aliases in AWS KMS"). */
export function authorisedByAnyName(request: KmsRequest, conditionKeys: ConditionKeys = {}): KmsKey {
  const kmsKey = request.keys.findByAnyName(requiredText(request.input, "KeyId"));
  authoriseKey(request, kmsKey, request.call.operation, conditionKeys);
  return kmsKey;
}

/** KMS Developer Guide, "AWS KMS condition keys": one key for each pair, and all names together. */
export function contextConditionKeys(context: EncryptionContext): ConditionKeys {
  const pairs = Object.entries(context).map(
    ([name, value]) => [`kms:EncryptionContext:${name}`, value] as const,
  );
  const names = Object.keys(context);
  return {
    "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    ...Object.fromEntries(pairs),
    ...(names.length > 0 ? { "kms:EncryptionContextKeys": names } : {}),
  };
}
