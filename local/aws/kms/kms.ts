/** KMS: runs one operation and writes its CloudTrail record, whether it succeeded or not. */
import { recordOf, type CloudTrailLog, type TrailDetails } from "../cloudtrail.ts";
import { unknownOperation, type AwsService, type JsonObject } from "../protocol.ts";
import { cryptographicOperations } from "./cryptography.ts";
import { grantOperations } from "./grants.ts";
import type { KeyStore } from "./keys.ts";
import { managementOperations } from "./management.ts";
import { rotationOperations } from "./rotation.ts";
import { signingOperations } from "./signing.ts";

const operations = {
  ...cryptographicOperations,
  ...grantOperations,
  ...managementOperations,
  ...rotationOperations,
  ...signingOperations,
};

/** `rotationMs`: how long an on-demand rotation takes. */
export function kmsService(
  keys: KeyStore,
  cloudTrail: CloudTrailLog,
  now: () => Date,
  rotationMs: number,
): AwsService {
  return {
    call(call) {
      const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
      if (!operation) return Promise.reject(unknownOperation("KMS", call.operation));
      const { operation: name, input } = call;
      const trail: TrailDetails = {
        requestParameters: parametersOf(name, input),
        responseElements: null,
        resources: [],
      };
      try {
        const output = operation.run({ call, input, keys, now, rotationMs, trail });
        if (!operation.readOnly) trail.responseElements = changedKey(output, trail);
        cloudTrail.add(recordOf(call, operation.readOnly, trail, now()));
        return Promise.resolve(output);
      } catch (error) {
        cloudTrail.add(recordOf(call, operation.readOnly, trail, now(), error));
        return Promise.reject(error instanceof Error ? error : new Error("The emulation failed"));
      }
    },
  };
}

/** What CloudTrail keeps of a request: an allow-list, so that no plaintext or ciphertext can get in. */
const recordedParameters = [
  ...["KeyId", "SourceKeyId", "DestinationKeyId", "KeySpec", "NumberOfBytes", "DryRun"],
  // The message is not recorded ("Logging AWS KMS API calls with AWS CloudTrail": Sign).
  ...["MessageType", "SigningAlgorithm"],
  ...["EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext"],
  ...[
    "GranteePrincipal",
    "Operations",
    "Constraints",
    "GrantId",
    "PendingWindowInDays",
    "PolicyName",
    "Policy",
    "BypassPolicyLockoutSafetyCheck",
    "IncludeKeyMaterial",
    "RotationPeriodInDays",
    "Limit",
  ],
];

function parametersOf(operation: string, input: JsonObject): JsonObject {
  const named = recordedParameters.filter((name) => input[name] !== undefined && input[name] !== null);
  const recorded = Object.fromEntries(
    named.map((name) => [name.charAt(0).toLowerCase() + name.slice(1), input[name]]),
  );
  return { ...algorithmsOf(operation), ...recorded };
}

/** Recorded "even if the encryption algorithm wasn't specified in the request". */
function algorithmsOf(operation: string): JsonObject {
  const algorithm = "SYMMETRIC_DEFAULT";
  if (operation === "Decrypt" || operation === "Encrypt") return { encryptionAlgorithm: algorithm };
  if (operation !== "ReEncrypt") return {};
  return { sourceEncryptionAlgorithm: algorithm, destinationEncryptionAlgorithm: algorithm };
}

/**
 * "The key ARN of the affected KMS key in the responseElements.keyId value, even though this operation does not
 * return the key ARN" ("CreateGrant", "DisableKey" and others, of "AWS KMS log entries").
 */
function changedKey(
  output: JsonObject,
  { responseElements, resources: [arn] }: TrailDetails,
): JsonObject | null {
  const keyId = typeof output["KeyId"] === "string" ? output["KeyId"] : arn;
  return keyId === undefined ? responseElements : { ...responseElements, keyId };
}
