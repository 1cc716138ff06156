/** Records of the calls that a stage makes, and what else of it a judgement needs. */
import { randomUUID } from "node:crypto";
import { kmsCallOf, type KmsCall } from "../../../lib/witness/call.ts";
import type { WitnessRules } from "../../../lib/witness/rules.ts";
import type { WitnessEvent } from "../../../lib/witness/witness-event.ts";

const account = "123456789012";
export const kmsKey = `arn:aws:kms:eu-central-1:${account}:key/11111111-2222-4333-8444-555555555555`;
export const secondKmsKey = `arn:aws:kms:eu-central-1:${account}:key/66666666-7777-4888-8999-aaaaaaaaaaaa`;
export const foreignKmsKey = "arn:aws:kms:eu-central-1:999988887777:key/bbbbbbbb-cccc-4ddd-8eee-ffffffffffff";

export const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
export const roles = {
  proxy: roleArn("Proxy"),
  save: roleArn("Save"),
  rewrap: roleArn("Rewrap"),
  job: roleArn("Job"),
};

export const rules: WitnessRules = {
  stage: "test",
  kmsKeys: [kmsKey, secondKmsKey],
  roles: {
    opening: [{ arn: roles.proxy }, { arn: roles.job }],
    saving: [{ arn: roles.save }],
    rewrapping: [{ arn: roles.rewrap }],
  },
  longestInvocationSeconds: 310,
};

export const ownerId = "o".repeat(43);
export const slot = "openai/default";
export const useId = "useUSEuseUSEuseUSEuse_";
export const context = { purpose: "waxseal/provider-key", stage: "test", ownerId, slot };
export const claimedAt = "2026-11-25T10:00:00.500Z";

export const claim: WitnessEvent = { type: "key_used", ownerId, slot, at: claimedAt, caller: "proxy" };

export function sessionOf(arn: string, session = "function"): Record<string, unknown> {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const owner = arn.split(":")[4] ?? "";
  return {
    type: "AssumedRole",
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${owner}:assumed-role/${name}/${session}`,
    accountId: owner,
    sessionContext: { sessionIssuer: { type: "Role", arn, accountId: owner, userName: name } },
  };
}

export interface RecordOptions {
  readonly eventName?: string;
  readonly by?: Record<string, unknown>;
  readonly at?: string;
  readonly use?: string;
  readonly context?: Record<string, string>;
  readonly kmsKeys?: readonly string[];
  readonly errorCode?: string;
  readonly requestID?: string;
  readonly eventID?: string;
  readonly more?: Record<string, unknown>;
}

/** By default the proxy's `Decrypt` for `claim`, half a second after it. */
export function record(options: RecordOptions = {}): Record<string, unknown> {
  const { eventName = "Decrypt", by = sessionOf(roles.proxy), at = "2026-11-25T10:00:01Z" } = options;
  const { use = `${useId}.1`, kmsKeys = [kmsKey], errorCode } = options;
  return {
    eventVersion: "1.11",
    userIdentity: by,
    eventTime: at,
    eventSource: "kms.amazonaws.com",
    eventName,
    awsRegion: "eu-central-1",
    sourceIPAddress: "192.0.2.1",
    userAgent: use === "" ? "aws-sdk-js/3.1" : `aws-sdk-js/3.1 os/linux waxseal-use/${use}`,
    ...(errorCode !== undefined && { errorCode }),
    requestParameters: { encryptionContext: options.context ?? context, keyId: kmsKeys[0] },
    responseElements: null,
    requestID: options.requestID ?? randomUUID(),
    eventID: options.eventID ?? randomUUID(),
    readOnly: true,
    resources: kmsKeys.map((ARN) => ({ accountId: account, type: "AWS::KMS::Key", ARN })),
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: "Management",
    ...options.more,
  };
}

export function call(options: RecordOptions = {}): KmsCall {
  const parsed = kmsCallOf(record(options));
  if (!parsed) throw new Error("not a call of KMS");
  return parsed;
}

/** A `ReEncrypt` by the rewrap role, from the first KMS key to the second, under the same context. */
export function reEncryptRecord(
  options: RecordOptions & { readonly destination?: string; readonly to?: Record<string, string> } = {},
): Record<string, unknown> {
  const { destination = secondKmsKey, to = context } = options;
  return record({
    by: sessionOf(roles.rewrap),
    use: "",
    ...options,
    eventName: "ReEncrypt",
    kmsKeys: [kmsKey, destination],
    more: {
      requestParameters: {
        sourceEncryptionContext: options.context ?? context,
        destinationEncryptionContext: to,
        sourceKeyId: kmsKey,
        destinationKeyId: destination,
      },
      ...options.more,
    },
  });
}

export function reEncrypt(options: Parameters<typeof reEncryptRecord>[0] = {}): KmsCall {
  const parsed = kmsCallOf(reEncryptRecord(options));
  if (!parsed) throw new Error("not a call of KMS");
  return parsed;
}
