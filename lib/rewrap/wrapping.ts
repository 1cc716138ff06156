import * as z from "zod/mini";
import type { WrappedDataKey } from "../envelope/keyring.ts";
import { sealedFields } from "../provider-keys/record.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";

/** How a record's data key is wrapped, and of which seal; see `wrappingAttributes`. */
export interface Wrapping extends WrappedDataKey {
  readonly ownerId: string;
  readonly slot: string;
  readonly sealId: string;
}

/** Which wrapping is the right one from now on. */
export interface CurrentWrapping {
  /** ARN. */
  readonly encryptionKeyId: string;
  readonly keyMaterialId: string;
}

/** A rewrap's aim, by which its job is known again. */
export function rewrapAim(
  { encryptionKeyId, keyMaterialId }: CurrentWrapping,
  dryRun: boolean,
): Readonly<Record<string, string>> {
  return { encryptionKeyId, keyMaterialId, ...(dryRun && { dryRun: "yes" }) };
}

const { sealId, wrappedDataKey, encryptionKeyId, keyMaterialId } = sealedFields;
const wrappingSchema = z.object({
  ownerId: z.string(),
  slot: z.string(),
  sealId,
  wrappedDataKey,
  encryptionKeyId,
  keyMaterialId,
});

/** `undefined` if the record does not parse. */
export function parseWrapping(record: RawRecord): Wrapping | undefined {
  return z.safeParse(wrappingSchema, record).data;
}

/** What a removal leaves: nothing to rewrap. */
export function isTombstone(record: RawRecord): boolean {
  return record["state"] === "removed" && record["wrappedDataKey"] === undefined;
}

export function isCurrent(wrapping: CurrentWrapping, current: CurrentWrapping): boolean {
  return (
    wrapping.encryptionKeyId === current.encryptionKeyId && wrapping.keyMaterialId === current.keyMaterialId
  );
}
