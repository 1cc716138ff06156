import * as z from "zod/mini";
import { health } from "../api/provider-keys.ts";
import type { SealedProviderKey } from "../envelope/envelope.ts";

/**
 * A record of the `ProviderKeys` table, parsed before anything is done with it. `docs/record-format.md`
 * is the description of every attribute.
 */
const timestamp = z.iso.datetime();
const bytes = (min: number, max: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.byteLength >= min && value.byteLength <= max,
  );

/** What a later version adds to it is no reason not to read the record. */
const storedHealth = z.object(health.shape);
export type Health = z.infer<typeof health>;

/** The attributes that status and list read; nothing sealed. */
const statusRecordSchema = z.object({
  ownerId: z.string(),
  slot: z.string().check(z.regex(/^[a-z0-9-]{1,32}\/[a-z0-9-]{1,32}$/)),
  state: z.enum(["active", "disabled", "removed"]),
  label: z.optional(z.string()),
  order: z.optional(z.int()),
  savedAt: timestamp,
  expiresAt: z.optional(timestamp),
  health: storedHealth,
  lastUsedAt: z.optional(timestamp),
  lastUsedBy: z.optional(z.string()),
  useCount: z.int().check(z.nonnegative()),
});
export type StatusRecord = z.infer<typeof statusRecordSchema>;

/** The sealed part of a record; `docs/record-format.md` gives the exact lengths, `open` checks them. */
export const sealedFields = {
  formatVersion: z.int(),
  cipherSuite: z.enum(["A256CBC-HS512", "A256GCM"]),
  sealId: z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/)),
  endpointId: z.string().check(z.maxLength(64)),
  iv: bytes(12, 16),
  ciphertext: bytes(1, 4096),
  tag: bytes(16, 32),
  wrappedDataKey: bytes(1, 6144),
  encryptionKeyId: z.string().check(z.startsWith("arn:"), z.maxLength(2048)),
  keyMaterialId: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
};
const sealedSchema = z.object(sealedFields);

/** The status attributes, or `undefined` if the record does not parse. */
export function parseStatusRecord(item: unknown): StatusRecord | undefined {
  return z.safeParse(statusRecordSchema, item).data;
}

/** The sealed attributes, or `undefined` if the record does not parse. */
export function parseSealed(item: unknown): SealedProviderKey | undefined {
  return z.safeParse(sealedSchema, item).data;
}
