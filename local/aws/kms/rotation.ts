/** The rotation of key material (KMS API Reference, the page of each operation). */
import { AwsError, type JsonObject } from "../protocol.ts";
import { integer, text } from "./input.ts";
import { assertUsable, currentMaterial, type KmsKey } from "./keys.ts";
import { authorisedKey, type KmsOperation, type KmsRequest } from "./operation.ts";
import { schedule } from "./schedule.ts";

/** "You can perform on-demand key rotation a maximum of 25 times per KMS key"; automatic ones do not count. */
const maxOnDemandRotations = 25;
const twentyMinutesMs = 1_200_000;

/** "On-demand key rotation is supported only on symmetric encryption KMS keys", and automatic rotation too. */
function authorisedToRotate(request: KmsRequest): KmsKey {
  const kmsKey = authorisedKey(request);
  if (kmsKey.spec === undefined) return kmsKey;
  throw new AwsError(
    "UnsupportedOperationException",
    `${kmsKey.arn} is an asymmetric key, which is not rotated.`,
  );
}

const rotateKeyOnDemand: KmsOperation = {
  readOnly: false,
  run(request) {
    const kmsKey = authorisedToRotate(request);
    assertUsable(kmsKey);
    const now = request.now().getTime();
    assertMayRotate(kmsKey, now);
    kmsKey.onDemand = { startedAt: now, doneAt: now + request.rotationMs };
    request.keys.save();
    return { KeyId: kmsKey.arn };
  },
};

/** Of a rotation on demand that is in progress the page says nothing; it is taken for the same conflict. */
function assertMayRotate(kmsKey: KmsKey, now: number): void {
  const { materials, automatic, onDemand, arn } = kmsKey;
  if (onDemand) throw new AwsError("ConflictException", `A rotation of ${arn} is in progress.`);
  if (automatic && automatic.nextAt <= now + twentyMinutesMs) {
    const message = `An automatic rotation of ${arn} is scheduled to begin within the next 20 minutes.`;
    throw new AwsError("ConflictException", message);
  }
  const rotations = materials.filter(({ rotatedAt, automatic: byKms }) => rotatedAt !== undefined && !byKms);
  if (rotations.length < maxOnDemandRotations) return;
  throw new AwsError("LimitExceededException", `${arn} has reached the limit of on-demand rotations.`);
}

/** "The key rotation status of these KMS keys is always false": of asymmetric ones too. */
const getKeyRotationStatus: KmsOperation = {
  readOnly: true,
  run(request) {
    const { arn, state, automatic, onDemand } = authorisedKey(request);
    // "While a KMS key is pending deletion, its key rotation status is false"
    const enabled = automatic !== undefined && state !== "PendingDeletion";
    return {
      KeyId: arn,
      KeyRotationEnabled: enabled,
      ...(enabled && {
        RotationPeriodInDays: automatic.periodDays,
        NextRotationDate: automatic.nextAt / 1000,
      }),
      ...(onDemand && { OnDemandRotationStartDate: onDemand.startedAt / 1000 }),
    };
  },
};

/** Asked again with a period, that period begins now. AWS says no more than that it is modified. */
const enableKeyRotation: KmsOperation = {
  readOnly: false,
  run(request) {
    const days = integer(request.input, "RotationPeriodInDays", 90, 2560);
    const kmsKey = authorisedToRotate(request);
    assertUsable(kmsKey);
    if (days !== undefined || !kmsKey.automatic) schedule(kmsKey, days ?? 365, request.now().getTime());
    request.keys.save();
    return {};
  },
};

const disableKeyRotation: KmsOperation = {
  readOnly: false,
  run(request) {
    const kmsKey = authorisedToRotate(request);
    assertUsable(kmsKey);
    schedule(kmsKey, undefined, request.now().getTime());
    request.keys.save();
    return {};
  },
};

const listKeyRotations: KmsOperation = {
  readOnly: true,
  run(request) {
    const everyMaterial = text(request.input, "IncludeKeyMaterial") === "ALL_KEY_MATERIAL";
    const kmsKey = authorisedToRotate(request);
    const listed = kmsKey.materials.filter(({ rotatedAt }) => everyMaterial || rotatedAt !== undefined);
    const rotations = listed.map(({ id, rotatedAt, automatic }): JsonObject => {
      const rotation = rotatedAt !== undefined && {
        RotationDate: rotatedAt / 1000,
        RotationType: automatic ? "AUTOMATIC" : "ON_DEMAND",
      };
      const isCurrent = id === currentMaterial(kmsKey).id;
      const state = isCurrent ? "CURRENT" : "NON_CURRENT";
      return { KeyId: kmsKey.arn, KeyMaterialId: id, KeyMaterialState: state, ...rotation };
    });
    return { Rotations: rotations, Truncated: false };
  },
};

export const rotationOperations: Readonly<Record<string, KmsOperation>> = {
  GetKeyRotationStatus: getKeyRotationStatus,
  RotateKeyOnDemand: rotateKeyOnDemand,
  ListKeyRotations: listKeyRotations,
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
};
