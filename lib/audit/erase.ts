/** Erasing an owner's events: what is left of them are hashes in the manifests, and that they were erased. */
import pMap from "p-map";
import type { ErasableLog } from "./erasable-log.ts";
import { digestOfClaim } from "./erased-claims.ts";
import type { Erasures } from "./erasures.ts";

export interface ErasePorts {
  readonly log: ErasableLog;
  readonly erasures: Erasures;
  /** Told how many events are erased so far; where it throws, the erasure ends there, to be gone on with. */
  readonly onProgress?: (events: number) => void;
}

/** What there is to erase. */
export interface Erasable {
  /** Of records, and of what was entered about the owner (`intake-…`). */
  readonly recordIds: ReadonlySet<string>;
  readonly events: number;
}

export interface Erased {
  readonly events: number;
  readonly records: number;
  /** Events under the same names that are another owner's: out of band a record may have been. They stay. */
  readonly left: number;
}

const AT_ONCE = 16;
/** The index is a moment behind the log: what it shows late is found by looking again. */
const MOST_ROUNDS = 10;

/**
 * What the index has of the owner.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`; so does all here.
 */
export async function erasable({ log }: Pick<ErasePorts, "log">, ownerId: string): Promise<Erasable> {
  const recordIds = new Set<string>();
  let events = 0;
  for await (const page of log.ofOwner(ownerId)) {
    for (const { recordId } of page) recordIds.add(recordId);
    events += page.length;
  }
  return { recordIds, events };
}

/**
 * Erases what there is of the owner, record by record, until nothing is found; where it was stopped it goes on when it
 * is run again. Of each record it is entered first that its events are erased: without that the audit takes the deletion
 * for tampering.
 */
export async function eraseEvents(ports: ErasePorts, ownerId: string): Promise<Erased> {
  const records = new Set<string>();
  const left = new Map<string, number>();
  let events = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = events;
    const { recordIds } = await erasable(ports, ownerId);
    for (const recordId of recordIds) {
      const found = await ofRecord(ports, ownerId, recordId);
      left.set(recordId, found.others);
      if (found.count === 0) continue;
      await ports.erasures.enter(recordId, found);
      events = await removeAll(ports, ownerId, recordId, events);
      records.add(recordId);
    }
    if (events === before) break;
  }
  return { events, records: records.size, left: [...left.values()].reduce((sum, one) => sum + one, 0) };
}

async function ofRecord({ log }: ErasePorts, ownerId: string, recordId: string) {
  let [count, others, through] = [0, 0, ""];
  const claims: string[] = [];
  for await (const page of log.ofRecord(recordId))
    for (const event of page) {
      if ((event.ownerId ?? ownerId) !== ownerId) others += 1;
      else {
        count += 1;
        through = event.eventSeq.slice(0, 12) > through ? event.eventSeq.slice(0, 12) : through;
        const claim = digestOfClaim(event.witnessId);
        if (claim !== undefined) claims.push(claim);
      }
    }
  return { count, others, through, claims };
}

async function removeAll(
  { log, onProgress }: ErasePorts,
  ownerId: string,
  recordId: string,
  before: number,
): Promise<number> {
  let events = before;
  for await (const page of log.ofRecord(recordId)) {
    const theirs = page.filter((event) => (event.ownerId ?? ownerId) === ownerId);
    await pMap(theirs, (event) => log.remove({ ...event, recordId }, ownerId), { concurrency: AT_ONCE });
    events += theirs.length;
    onProgress?.(events);
  }
  return events;
}
