import {
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  type KeyMetadata,
} from "@aws-sdk/client-kms";
import { awsErrorName } from "../aws-failure.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { KmsSender } from "../kms/answer.ts";
import { isTransientKmsError } from "../kms/failures.ts";
import { patientRetry, withRetry } from "../retry.ts";

/** "You can perform on-demand rotation of a KMS key a maximum of 25 times" (KMS, RotateKeyOnDemand). */
export const MAX_ON_DEMAND_ROTATIONS = 25;

/** How a KMS key is rotated. */
export interface RotationState {
  readonly keyMaterialId: string;
  /** On-demand rotations that are left, of 25 ever. */
  readonly onDemandLeft: number;
  /** An on-demand rotation has begun and is not done. */
  readonly inProgress: boolean;
  readonly isAutomatic: boolean;
  readonly nextAutomatic: Date | undefined;
}

/** @throws {OperatorError} `AWS_UNAVAILABLE`. */
export async function describeKmsKey(kms: KmsSender, encryptionKeyId: string): Promise<KeyMetadata> {
  const { KeyMetadata: metadata } = await asked(() =>
    kms.send(new DescribeKeyCommand({ KeyId: encryptionKeyId })),
  );
  if (!metadata) throw new OperatorError("AWS_UNAVAILABLE", "KMS did not describe the key");
  return metadata;
}

export async function rotationStateOf(kms: KmsSender, encryptionKeyId: string): Promise<RotationState> {
  const { CurrentKeyMaterialId: keyMaterialId = "" } = await describeKmsKey(kms, encryptionKeyId);
  const status = await asked(() => kms.send(new GetKeyRotationStatusCommand({ KeyId: encryptionKeyId })));
  return {
    keyMaterialId,
    onDemandLeft: MAX_ON_DEMAND_ROTATIONS - (await onDemandRotations(kms, encryptionKeyId)),
    inProgress: status.OnDemandRotationStartDate !== undefined,
    isAutomatic: status.KeyRotationEnabled ?? false,
    nextAutomatic: status.NextRotationDate,
  };
}

async function onDemandRotations(kms: KmsSender, encryptionKeyId: string): Promise<number> {
  let count = 0;
  let marker: string | undefined;
  do {
    const command = new ListKeyRotationsCommand({
      KeyId: encryptionKeyId,
      ...(marker && { Marker: marker }),
    });
    const { Rotations = [], NextMarker } = await asked(() => kms.send(command));
    count += Rotations.filter(({ RotationType }) => RotationType === "ON_DEMAND").length;
    marker = NextMarker;
  } while (marker);
  return count;
}

/** Begins an on-demand rotation, which KMS carries out after its answer. It is sent once: there are 25. */
export async function beginRotation(kms: KmsSender, encryptionKeyId: string): Promise<void> {
  await kms.send(new RotateKeyOnDemandCommand({ KeyId: encryptionKeyId })).catch(throwConstant);
}

/** A call that changes nothing, patiently. */
export function asked<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  return withRetry(send, isTransientKmsError, patientRetry).catch(throwConstant);
}

function throwConstant(error: unknown): never {
  const name = awsErrorName(error);
  const isRefused = name === "AccessDeniedException" || name === "LimitExceededException";
  throw new OperatorError(isRefused ? "REFUSED" : "AWS_UNAVAILABLE", `KMS refused: ${name}`);
}
