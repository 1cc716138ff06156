import {
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import { asked, describeKmsKey, refuse } from "../jobs/kms-key.ts";
import type { KmsSender } from "../kms/answer.ts";

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
  await kms.send(new RotateKeyOnDemandCommand({ KeyId: encryptionKeyId })).catch(refuse);
}
