/**
 * The attribute names of a record in the `ProviderKeys` table, by what may be done with them.
 * The store writes by these lists and the stack's policies grant by them (design: one role a function).
 */

/** Partition and sort key. */
export const keyAttributes = ["ownerId", "slot"] as const;

/** What every write changes. */
const changeAttributes = ["changeSeq", "lastChange"] as const;

/** The sealed provider key itself; a removal strips exactly these. */
export const sealedAttributes = ["iv", "ciphertext", "tag", "wrappedDataKey"] as const;

/** What a save writes: everything, since a save replaces the record of its slot whole. */
export const saveAttributes = [
  ...keyAttributes,
  ...changeAttributes,
  ...sealedAttributes,
  "recordId",
  "sealId",
  "formatVersion",
  "state",
  "cipherSuite",
  "encryptionKeyId",
  "keyMaterialId",
  "endpointId",
  "label",
  "order",
  "savedAt",
  "expiresAt",
  "health",
  "lastUsedAt",
  "lastUsedBy",
  "useCount",
  "purgeAt",
] as const;

/** What status and list read: nothing sealed. */
export const statusAttributes = [
  ...keyAttributes,
  "state",
  "label",
  "order",
  "savedAt",
  "expiresAt",
  "health",
  "lastUsedAt",
  "lastUsedBy",
  "useCount",
] as const;

/** What a removal names: it strips the sealed attributes and leaves a tombstone. */
export const removeAttributes = [
  ...keyAttributes,
  ...changeAttributes,
  ...sealedAttributes,
  "state",
  "purgeAt",
] as const;

/** What an update names: the status that its owner sets, and nothing sealed. */
export const updateAttributes = [
  ...keyAttributes,
  ...changeAttributes,
  "state",
  "label",
  "order",
  "expiresAt",
] as const;

/** What a use names: the claim, the health that follows from it, and the conditions of both. */
export const useAttributes = [
  ...keyAttributes,
  ...changeAttributes,
  "state",
  "order",
  "expiresAt",
  "sealId",
  "health",
  "lastUsedAt",
  "lastUsedBy",
  "useCount",
] as const;
