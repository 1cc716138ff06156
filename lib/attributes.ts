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
  "importedAt",
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

/**
 * What a census and a rewrap read: how a data key is wrapped, and nothing that was encrypted with it. The last
 * change says whether the same job has been here before.
 */
export const wrappingAttributes = [
  ...keyAttributes,
  "lastChange",
  "state",
  "cipherSuite",
  "sealId",
  "wrappedDataKey",
  "encryptionKeyId",
  "keyMaterialId",
] as const;

/** What a census reads: not even the wrapped data keys. */
export const censusAttributes = [
  ...keyAttributes,
  "state",
  "cipherSuite",
  "encryptionKeyId",
  "keyMaterialId",
] as const;

/** What a rewrap names: another wrapping of the same data key, of the very seal. */
export const rewrapAttributes = [
  ...keyAttributes,
  ...changeAttributes,
  "sealId",
  "wrappedDataKey",
  "encryptionKeyId",
  "keyMaterialId",
] as const;

/** By which a reseal finds the records of another suite, and those that it was at before. */
export const suiteAttributes = [...keyAttributes, "lastChange", "state", "cipherSuite", "sealId"] as const;

/** What a job's claim names: that it was here, whatever the owner set; it counts as no use. */
export const jobClaimAttributes = [...keyAttributes, ...changeAttributes, "state", "sealId"] as const;

/** What a reseal names: everything sealed, anew. */
export const resealAttributes = [
  ...keyAttributes,
  ...changeAttributes,
  ...sealedAttributes,
  "state",
  "sealId",
  "formatVersion",
  "cipherSuite",
  "encryptionKeyId",
  "keyMaterialId",
  "endpointId",
] as const;

/** How far a record is: all that an auditor sees of one. */
export const headAttributes = [...keyAttributes, ...changeAttributes, "recordId", "state"] as const;

/** How an import sees what is there already. */
export const importReadAttributes = [...keyAttributes, "state", "savedAt", "importedAt"] as const;

/** By which a job of the `Jobs` table is found that is not finished: nothing of what it came upon. */
export const unfinishedAttributes = ["jobId", "kind", "state"] as const;
