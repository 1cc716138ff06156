/** One entry of the stream of `AuditLog` itself: an event that was changed or deleted, and not as it may be. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { tampered } from "./change-of-intake.ts";
import type { StreamEntry } from "./change-of-record.ts";
import type { AuditEvent } from "./event.ts";
import { leastRetentionDays } from "../audit-settings.ts";
import { changedAttributes, type Image } from "./image.ts";

export interface LogRules {
  /** After how many days events expire; 0: never. */
  readonly retentionDays: number;
  /** Whether this event was erased on its owner's request, which says so itself before anything is deleted. */
  readonly isErased: (recordId: string, eventSeq: string) => Promise<boolean>;
}

const DAY_MS = 86_400_000;

/** @returns `undefined` for what may be: an expiry set and carried out, an erasure. */
export async function changeOfLog(entry: StreamEntry, rules: LogRules): Promise<AuditEvent | undefined> {
  if (entry.eventName === "INSERT") return undefined;
  // The name by the stream's keys: of an image nothing is certain.
  const { recordId, eventSeq } = read(entry.keys);
  const { at, purgeAt } = read(entry.before);
  const event = `${String(recordId)}/${String(eventSeq)}`;
  if (entry.eventName === "MODIFY") {
    const changed = changedAttributes(entry.before ?? {}, entry.after ?? {});
    const isExpiry = changed.length === 1 && changed[0] === "purgeAt";
    const isDue = isOld(at, read(entry.after)["purgeAt"], rules.retentionDays);
    return isExpiry && isDue ? undefined : tampered(entry, event);
  }
  // Its time was set by the retention of then; whether it was right was seen as it was set.
  if (entry.byTimeToLive && isOld(at, purgeAt, leastRetentionDays)) return undefined;
  if (!entry.byTimeToLive && (await rules.isErased(String(recordId), String(eventSeq)))) return undefined;
  return tampered(entry, event);
}

/** Not before the retention is over. */
function isOld(at: unknown, purgeAt: unknown, retentionDays: number): boolean {
  if (retentionDays === 0 || typeof at !== "string" || typeof purgeAt !== "number") return false;
  return purgeAt * 1000 >= Date.parse(at) + retentionDays * DAY_MS;
}

function read(image: Image | undefined): Record<string, unknown> {
  try {
    return unmarshall((image ?? {}) as Record<string, AttributeValue>);
  } catch {
    return {};
  }
}
