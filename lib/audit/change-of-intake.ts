/** One entry of the stream of `AuditIntake` to one event, or to none. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { intakeBeginnings, intakeTypesByBeginning } from "../audit-attributes.ts";
import type { StreamEntry } from "./change-of-record.ts";
import { intakeTypes, type AuditEvent, type IntakeEvent } from "./event.ts";
import { wellFormed } from "./well-formed.ts";

/**
 * Bounds, so that there is no entry that becomes an event which the log cannot take: an item has at most 400 KB, and what
 * an index is by is never empty (DynamoDB Developer Guide, "Constraints in Amazon DynamoDB"); and a text has an encoding.
 */
const text = z.string().check(z.minLength(1), z.maxLength(512), wellFormed);
const details = z
  .record(z.string().check(z.maxLength(64), wellFormed), z.string().check(z.maxLength(2048), wellFormed))
  .check(z.refine((named) => Object.keys(named).length <= 32));

const entrySchema = z
  .object({
    intakeId: z.string().check(z.minLength(1), z.maxLength(256), wellFormed),
    type: z.enum(intakeTypes),
    at: z.iso.datetime({ precision: 3 }),
    ownerId: z.optional(text),
    actor: z.optional(text),
    caller: z.optional(text),
    requestId: z.optional(text),
    details: z.optional(details),
  })
  // Who may enter the one may not say the other.
  .check(z.refine(({ intakeId, type }) => typesOf(intakeId).includes(type)));

function typesOf(intakeId: string): readonly string[] {
  const beginning = intakeBeginnings.find((one) => intakeId.startsWith(one));
  return beginning === undefined ? [] : intakeTypesByBeginning[beginning];
}

/** Every entry has one event, and one number. */
const FIRST = "000000000001";

/**
 * What is entered is never changed and, but by TTL, never deleted.
 *
 * @returns `undefined` where TTL clears it, long after it was recorded.
 */
export function changeOfIntake(entry: StreamEntry): AuditEvent | undefined {
  if (entry.eventName === "REMOVE" && entry.byTimeToLive) return undefined;
  const read = z.safeParse(entrySchema, itemOf(entry.after ?? entry.before)).data;
  const recordId = read && `intake-${read.intakeId}`;
  if (entry.eventName !== "INSERT") return tampered(entry, `${recordId ?? "intake-unknown"}/${FIRST}`);
  if (!read || recordId === undefined) {
    const eventSeq = `${"0".repeat(12)}~${entry.sequenceNumber}`;
    const about = { schemaVersion: 1, recordId: "intake-unknown", eventSeq, at: entry.at } as const;
    return { ...about, type: "changed_out_of_band", problems: ["malformed"] };
  }
  const { intakeId: _name, ...given } = read;
  return withoutUndefined({
    schemaVersion: 1,
    recordId,
    eventSeq: FIRST,
    ...given,
  }) as unknown as IntakeEvent;
}

/** @param event - `<recordId>/<eventSeq>` of what was changed or deleted. */
export function tampered({ eventName, sequenceNumber, at }: StreamEntry, event: string): AuditEvent {
  const type = eventName === "REMOVE" ? "event_deleted" : "event_changed";
  return { schemaVersion: 1, recordId: `tamper-${sequenceNumber}`, eventSeq: FIRST, type, at, event };
}

function itemOf(image: StreamEntry["after"]): Record<string, unknown> {
  try {
    return unmarshall((image ?? {}) as Record<string, AttributeValue>);
  } catch {
    return {};
  }
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
