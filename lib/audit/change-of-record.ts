/**
 * One entry of the stream of `ProviderKeys` to one event. Nothing is asked of anyone and no clock is looked at, so the
 * same entry is always the same event. An entry that cannot be read is an event as well: nothing here throws.
 */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { Problem, RecordEvent } from "./event.ts";
import { wellFormed } from "./well-formed.ts";
import { changedAttributes, visible, type Image, type Visible } from "./image.ts";
import { isWithin, operations } from "./operations.ts";

/** As Lambda delivers it (`DynamoDBRecord` of @types/aws-lambda), as far as it is read. */
export interface StreamEntry {
  readonly eventName: string;
  readonly sequenceNumber: string;
  /** ISO 8601; when DynamoDB wrote it, to the second. */
  readonly at: string;
  /** The primary key, in DynamoDB's JSON. */
  readonly keys: Image;
  readonly before: Image | undefined;
  readonly after: Image | undefined;
  /** Whether TTL did it. */
  readonly byTimeToLive: boolean;
}

const id = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/));
const text = z.string().check(z.maxLength(512), wellFormed);
const number = z.int().check(z.minimum(1), z.maximum(999_999_999_999));

const recordSchema = z.object({
  ownerId: text,
  slot: z.string().check(z.regex(/^[a-z0-9-]{1,32}\/[a-z0-9-]{1,32}$/)),
  recordId: id,
  changeSeq: number,
  lastChange: z.strictObject({
    operation: z.enum(Object.keys(operations) as [keyof typeof operations]),
    actor: text,
    caller: text,
    requestId: text,
    at: z.iso.datetime({ precision: 3 }),
    kmsRequestId: z.optional(text),
    useId: z.optional(id),
  }),
});
type Seen = z.infer<typeof recordSchema>;

const wrappedSchema = z.object({
  encryptionKeyId: text,
  keyMaterialId: text,
  cipherSuite: text,
  sealId: id,
});

export function changeOfRecord(entry: StreamEntry): RecordEvent {
  const before = entry.before && visible(entry.before);
  const after = entry.after && visible(entry.after);
  try {
    return changeOf(entry, before, after);
  } catch {
    // Whatever somebody wrote, in whatever form: it can be named, and the stream goes on.
    return outOfBand(entry, before, after, ["malformed"]);
  }
}

function changeOf(entry: StreamEntry, before: Visible | undefined, after: Visible | undefined): RecordEvent {
  if (!after) return purged(entry, before) ?? outOfBand(entry, before, after, ["deleted"]);
  const seen = z.safeParse(recordSchema, after).data;
  const problems = seen ? problemsOf(entry, before, seen, after) : (["malformed"] as const);
  const event = problems.length === 0 && seen ? eventOf(seen, before, after) : undefined;
  return event ?? outOfBand(entry, before, after, problems.length > 0 ? problems : ["malformed"]);
}

/** In 12 digits, so that the order of texts is that of numbers. */
export function seqText(changeSeq: number): string {
  return String(changeSeq).padStart(12, "0");
}

function problemsOf(entry: StreamEntry, before: Visible | undefined, seen: Seen, after: Visible): Problem[] {
  const { changeSeq, recordId, lastChange } = seen;
  const { operation } = lastChange;
  const problems: Problem[] = [];
  // A restore begins another life of the record.
  const isNew = before === undefined || (operation === "restore" && before["recordId"] !== recordId);
  const last = isNew ? 0 : numberOf(before["changeSeq"]);
  if (changeSeq === last) problems.push("change_seq_repeated");
  else if (changeSeq < last) problems.push("change_seq_lowered");
  else if (changeSeq !== last + 1) problems.push("change_seq_skipped");
  const changed = changedAttributes(entry.before ?? {}, entry.after ?? {});
  if (before !== undefined && !changed.includes("lastChange")) problems.push("last_change_repeated");
  if (before !== undefined && !isNew && changed.includes("recordId")) problems.push("record_replaced");
  const states = { before: before?.["state"], after: after["state"] };
  if (!isWithin(operation, changed, entry.before, entry.after ?? {}, states))
    problems.push("operation_exceeded");
  return problems;
}

/** `NaN` of what is none, which no number follows. */
function numberOf(value: unknown): number {
  return typeof value === "number" ? value : NaN;
}

function eventOf(seen: Seen, before: Visible | undefined, after: Visible): RecordEvent | undefined {
  const { operation, kmsRequestId, useId } = seen.lastChange;
  const { type } = operations[operation];
  const about = aboutRecord(seen);
  switch (type) {
    case "key_saved":
    case "key_imported":
    case "key_resealed":
    case "key_restored":
    case "key_rewrapped": {
      const wrapped = z.safeParse(wrappedSchema, after).data;
      const isByKms = kmsRequestId !== undefined || type === "key_restored";
      if (!wrapped || !isByKms) return undefined;
      const witness = kmsRequestId === undefined ? {} : { kmsRequestId, witnessId: `kms/${kmsRequestId}` };
      const all = { ...about, ...wrapped, ...witness };
      // Had it changed, the operation would have exceeded what it may do.
      if (type === "key_rewrapped") return { ...all, type, ciphertextUnchanged: true };
      const replaces = z.safeParse(id, before?.["recordId"]).data;
      if (type === "key_restored") return { ...all, type, ...(replaces !== undefined && { replaces }) };
      return { ...all, type };
    }
    case "key_used":
    case "key_reseal_claimed":
    case "key_import_verified":
    case "key_exported":
      return useId === undefined ? undefined : { ...about, type, useId, witnessId: `use/${useId}` };
    case "key_open_failed":
      return useId === undefined ? undefined : { ...about, type, useId };
    case "key_health_changed": {
      const { status } = (after["health"] ?? {}) as { status?: unknown };
      if (useId === undefined || !isText(status) || status.length > 32) return undefined;
      return { ...about, type, useId, health: status };
    }
    default:
      return { ...about, type };
  }
}

function aboutRecord({ ownerId, slot, recordId, changeSeq, lastChange }: Seen) {
  const { at, actor, caller, requestId } = lastChange;
  const named = { recordId, eventSeq: seqText(changeSeq), ownerId, slot, ...partsOf(slot) };
  return { schemaVersion: 1 as const, ...named, at, actor, caller, requestId };
}

/** TTL deletes tombstones, and nothing else. */
function purged({ byTimeToLive, at }: StreamEntry, before: Visible | undefined): RecordEvent | undefined {
  const seen = z.safeParse(recordSchema, before).data;
  if (!byTimeToLive || !seen || before?.["state"] !== "removed") return undefined;
  const { recordId, ownerId, slot, changeSeq } = seen;
  const by = { actor: "dynamodb", caller: "ttl", requestId: "none" };
  const named = { recordId, eventSeq: seqText(changeSeq + 1), ownerId, slot, ...partsOf(slot) };
  return { schemaVersion: 1, type: "key_purged", ...named, at, ...by };
}

function outOfBand(
  { sequenceNumber, at, keys }: StreamEntry,
  before: Visible | undefined,
  after: Visible | undefined,
  problems: readonly Problem[],
): RecordEvent {
  const { ownerId, slot } = visible(keys);
  const recordId = [after, before].map((one) => z.safeParse(id, one?.["recordId"]).data).find(Boolean);
  const changeSeq = z.safeParse(number, after?.["changeSeq"]).data ?? 0;
  return {
    schemaVersion: 1,
    type: "changed_out_of_band",
    recordId: recordId ?? unknownRecord(ownerId, slot),
    eventSeq: `${seqText(changeSeq)}~${sequenceNumber}`,
    at,
    ...(isText(ownerId) && { ownerId }),
    ...(isText(slot) && { slot, ...partsOf(slot) }),
    problems,
  };
}

/** What can be encoded. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed();
}

/** The same for the same place in the table. */
function unknownRecord(ownerId: unknown, slot: unknown): string {
  const place = createHash("sha256")
    .update(JSON.stringify([ownerId, slot]))
    .digest("base64url");
  return `unknown-${place.slice(0, 22)}`;
}

function partsOf(slot: string) {
  const [provider = "", name = ""] = slot.split("/");
  return { provider, name };
}
