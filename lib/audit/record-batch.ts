import pMap from "p-map";
import { isWaxsealError } from "../errors.ts";
import type { Logger } from "../log/logger.ts";
import type { EventWriter } from "./audit-log.ts";
import { hashOf } from "./canonical.ts";
import type { StreamEntry } from "./change-of-record.ts";
import { eventIdOf, type AuditEvent } from "./event.ts";
import type { ManifestWriter } from "./manifest.ts";

export interface RecordBatchPorts {
  readonly log: EventWriter;
  readonly manifests: ManifestWriter;
  readonly logger: Logger;
  /** What an entry becomes; `undefined` where it is none. */
  readonly eventOf: (entry: StreamEntry) => AuditEvent | undefined | Promise<AuditEvent | undefined>;
}

/** Writes at once: a batch of a hundred takes four rounds. */
const AT_ONCE = 25;

/** Codes that one occurrence of each alarms by; see `infra/alarms.ts`. */
const alarming: Readonly<Partial<Record<AuditEvent["type"], string>>> = {
  changed_out_of_band: "CHANGED_OUT_OF_BAND",
  event_changed: "EVENT_CHANGED",
  event_deleted: "EVENT_DELETED",
};

interface Made {
  readonly entry: StreamEntry;
  /** Absent where it could not be made; `none` where the entry is none. */
  readonly event?: AuditEvent | "none";
}

/**
 * Records a batch of a stream: the events, then one manifest of those that are in the log. Whatever it is killed at, the
 * batch is delivered again and comes to the same: the events are there already, and a manifest may be there twice.
 *
 * @returns the sequence numbers of entries that are to be delivered again: Lambda begins with the lowest.
 */
export async function recordBatch(
  ports: RecordBatchPorts,
  entries: readonly StreamEntry[],
): Promise<string[]> {
  const made = await pMap(entries, (entry) => make(ports, entry), { concurrency: AT_ONCE });
  const recorded = new Map<string, AuditEvent>();
  // Of two of one name the first has it, so these one after another.
  const named = Map.groupBy(made.filter(isEvent), ({ event }) => eventIdOf(event));
  const writes = (group: readonly EventMade[]) => recordInOrder(ports, group, recorded);
  await pMap(named.values(), writes, { concurrency: AT_ONCE });
  const done = new Set([...recorded.keys(), ...made.filter(isNone).map(({ entry }) => entry.sequenceNumber)]);
  const sequenceNumbers = entries.map(({ sequenceNumber }) => sequenceNumber);
  const isWritten = await writeManifest(ports, [...recorded.values()]);
  return isWritten ? sequenceNumbers.filter((one) => !done.has(one)) : sequenceNumbers;
}

async function make(ports: RecordBatchPorts, entry: StreamEntry): Promise<Made> {
  try {
    return { entry, event: (await ports.eventOf(entry)) ?? "none" };
  } catch (error) {
    logFailure(ports.logger, "event not made", error);
    return { entry };
  }
}

type EventMade = Made & { readonly event: AuditEvent };

function isEvent(made: Made): made is EventMade {
  return made.event !== undefined && made.event !== "none";
}

function isNone({ event }: Made): boolean {
  return event === "none";
}

/** @param recorded - what is in the log by now, by the entry's sequence number; it is added to. */
async function recordInOrder(
  ports: RecordBatchPorts,
  group: readonly EventMade[],
  recorded: Map<string, AuditEvent>,
): Promise<void> {
  try {
    for (const { entry, event } of group) recorded.set(entry.sequenceNumber, await put(ports, entry, event));
  } catch (error) {
    logFailure(ports.logger, "event not recorded", error);
  }
}

/** @returns whether it is there; also where there is nothing to be in it. */
async function writeManifest(
  { manifests, logger }: RecordBatchPorts,
  recorded: readonly AuditEvent[],
): Promise<boolean> {
  if (recorded.length === 0) return true;
  try {
    // Sorted, so that the same events are the same bytes.
    const hashes = new Map(recorded.map((event) => [eventIdOf(event), hashOf(event)]));
    const events = [...hashes].toSorted(([one], [other]) => (one < other ? -1 : 1));
    await manifests.write({ schemaVersion: 1, events });
    return true;
  } catch (error) {
    logFailure(logger, "manifest not written", error);
    return false;
  }
}

/** Two changes under one number: the first has the name, the other says so under a name of its own. */
async function put(ports: RecordBatchPorts, entry: StreamEntry, event: AuditEvent): Promise<AuditEvent> {
  const conflict = (await ports.log.put(event)) === "conflict";
  const recorded = conflict ? conflictOf(entry, event) : event;
  if (conflict) await ports.log.put(recorded);
  const code = alarming[recorded.type];
  // Its name is made of random ids; who and what it is about is in the event.
  if (code !== undefined) ports.logger.error("the audit found", { code, event: eventIdOf(recorded) });
  return recorded;
}

function conflictOf({ sequenceNumber }: StreamEntry, event: AuditEvent): AuditEvent {
  const { recordId, eventSeq, at } = event;
  const of = event as Partial<Record<"ownerId" | "slot", string>>;
  return {
    schemaVersion: 1,
    recordId,
    eventSeq: `${eventSeq.slice(0, 12)}~${sequenceNumber}`,
    at,
    ...(of.ownerId !== undefined && { ownerId: of.ownerId }),
    ...(of.slot !== undefined && { slot: of.slot }),
    type: "changed_out_of_band",
    problems: ["change_seq_repeated"],
  };
}

function logFailure(logger: Logger, message: string, error: unknown): void {
  const known = isWaxsealError(error);
  const fields = known
    ? { reason: error.code, aws: error.aws }
    : { thrown: (error as Error | undefined)?.name };
  logger.error(message, { code: "AUDIT_NOT_RECORDED", ...fields });
}
