/** What a recorder must bear: batches that come again, and its end at any moment. */
import type { Faults } from "../../local/aws/faults.ts";
import type { BatchFault, MappingFaults } from "../../local/event-sources/faults.ts";

/** When a recorder is killed. */
const moments = ["with its batch", "before its puts", "amid its puts", "after its puts"] as const;
type Moment = (typeof moments)[number];

export interface HostileCounts {
  /** Attempts at batches, those that follow from a kill among them. */
  batches: number;
  largest: number;
  /** Of whole batches: at the same time, and late, when later ones have been there. */
  redelivered: { atOnce: number; late: number };
  readonly killed: Record<Moment, number>;
}

interface Doomed {
  readonly moment: Moment;
  readonly killing: AbortController;
  /** The names of the events that it will put. */
  readonly left: Set<string>;
  readonly killAt: number;
}

const REDELIVERED = 0.1;
const KILLED = 0.05;
const LATEST_MS = 5_000;
/** From the last put being seen: then it is done, the manifest is written, and the answer is given. */
const AFTER_MS = 40;

/** @param random - from 0 to 1. */
export function hostileDeliveries(random: () => number): {
  readonly counts: HostileCounts;
  readonly mappingFaults: MappingFaults;
  readonly faults: Faults;
} {
  const killed = Object.fromEntries(moments.map((moment) => [moment, 0])) as Record<Moment, number>;
  const counts: HostileCounts = { batches: 0, largest: 0, redelivered: { atOnce: 0, late: 0 }, killed };
  const doomed = new Map<string, Doomed>();
  const kill = ({ killing, moment }: Doomed) => {
    if (killing.signal.aborted) return;
    killed[moment] += 1;
    killing.abort();
  };
  const doom = (names: readonly string[]): AbortSignal => {
    const moment = moments[Math.floor(random() * moments.length)] as Moment;
    const left = new Set(names);
    const one = { moment, killing: new AbortController(), left, killAt: Math.ceil(random() * left.size) };
    if (moment === "with its batch") setTimeout(() => kill(one), random() * AFTER_MS);
    else for (const name of names) doomed.set(name, one);
    return one.killing.signal;
  };
  return {
    counts,
    mappingFaults({ attempt, events }) {
      counts.batches += 1;
      counts.largest = Math.max(counts.largest, events.length);
      const again = attempt === 1 && random() < REDELIVERED ? redelivery(random, counts) : {};
      const isDoomed = random() < KILLED;
      return isDoomed ? { ...again, kill: doom(events.flatMap(nameOf)) } : again;
    },
    faults({ operation, input }) {
      const name = operation === "PutItem" ? nameOfEvent(input["Item"]) : undefined;
      const one = name === undefined ? undefined : doomed.get(name);
      if (!one || name === undefined) return undefined;
      doomed.delete(name);
      one.left.delete(name);
      if (one.moment === "before its puts") kill(one);
      else if (one.moment === "amid its puts" && one.left.size < one.killAt) kill(one);
      else if (one.left.size === 0) setTimeout(() => kill(one), random() * AFTER_MS);
      return undefined;
    },
  };
}

function redelivery(random: () => number, { redelivered }: HostileCounts): BatchFault {
  if (random() < 0.3) {
    redelivered.atOnce += 1;
    return { deliveries: 2 };
  }
  redelivered.late += 1;
  return { againAfterMs: random() * LATEST_MS };
}

/** By which an event of a change is named; what has none is put under another name. */
function nameOf({ dynamodb }: Readonly<Record<string, unknown>>): string[] {
  const { NewImage: image } = dynamodb as { NewImage?: Record<string, { S?: string; N?: string }> };
  const [recordId, changeSeq] = [image?.["recordId"]?.S, image?.["changeSeq"]?.N];
  return recordId === undefined || changeSeq === undefined
    ? []
    : [`${recordId}/${changeSeq.padStart(12, "0")}`];
}

function nameOfEvent(item: unknown): string | undefined {
  const { recordId, eventSeq } = item as Record<string, { S?: string } | undefined>;
  return recordId && eventSeq ? `${String(recordId.S)}/${String(eventSeq.S)}` : undefined;
}
