import { hashOf } from "../canonical.ts";
import { checkpointName } from "../checkpoint.ts";
import { timeOfManifest } from "../manifest-store.ts";
import type { Chain } from "./checkpoints.ts";
import type { Evidence } from "./evidence.ts";
import type { IntegrityOptions } from "./integrity.ts";
import type { Manifests } from "./manifests.ts";
import type { Problems } from "./problems.ts";

export interface Events {
  readonly count: number;
  /** By record the number of its last event, and whether that says that the record is gone. */
  readonly last: ReadonlyMap<string, { readonly seq: number; readonly isGone: boolean }>;
  readonly erased: number;
  readonly expired: number;
}

interface Said {
  readonly erased: Set<string>;
  /** By the number of the checkpoint up to which: ISO 8601, events before it. */
  expired: { checkpoint: number; through: string };
}

const RECORD_ID = /^[A-Za-z0-9_-]{22}$/;

/** That each event is the one that was recorded, that none is missing, and none is there that was not recorded. */
export async function verifyEvents(
  evidence: Evidence,
  manifests: Manifests,
  chain: Chain,
  problems: Problems,
  { now, graceMs, onProgress }: IntegrityOptions,
): Promise<Events> {
  const records = new Records();
  const missing = new Map(manifests.events);
  const said: Said = { erased: new Set(), expired: { checkpoint: 0, through: "" } };
  let count = 0;
  for await (const item of evidence.events()) {
    count += 1;
    onProgress?.("events", count);
    // When it is to expire is no part of it.
    const { purgeAt: _expiry, ...event } = item;
    const id = `${String(event["recordId"])}/${String(event["eventSeq"])}`;
    const recorded = manifests.events.get(id);
    missing.delete(id);
    records.add(event);
    if (recorded && hashOf(event) !== recorded[0]) problems.add("event_changed", id);
    if (!recorded && isOlder(event["at"], now, graceMs)) problems.add("event_not_in_manifest", id);
    listen(event, id, chain, said, problems);
  }
  const [erased, expired] = accountFor(missing, chain, said, problems, records);
  records.findGaps(problems);
  return { count, last: records.last, erased, expired };
}

/** What events say of the audit itself. */
function listen(
  event: Readonly<Record<string, unknown>>,
  id: string,
  chain: Chain,
  said: Said,
  problems: Problems,
): void {
  const details = (event["details"] ?? {}) as Readonly<Record<string, unknown>>;
  switch (event["type"]) {
    case "changed_out_of_band":
      problems.add("changed_out_of_band", id);
      return;
    case "event_changed":
    case "event_deleted":
      problems.add("event_tampered_with", String(event["event"]));
      return;
    case "checkpoint_signed": {
      const number = Number(details["number"]);
      const there = chain.heads.get(number);
      if (there === undefined) problems.add("checkpoint_missing", checkpointName(number));
      else if (there !== details["hash"]) problems.add("checkpoint_replaced", checkpointName(number));
      return;
    }
    case "events_erased":
      for (const recordId of String(details["recordIds"]).split(",")) said.erased.add(recordId);
      return;
    case "events_expired": {
      const checkpoint = Number(details["checkpoint"]);
      if (checkpoint > said.expired.checkpoint)
        said.expired = { checkpoint, through: String(details["through"]) };
    }
  }
}

/** Of what is in a manifest and not in the log: what was erased or has expired by the rules, and what is gone. */
function accountFor(
  missing: Manifests["events"],
  chain: Chain,
  said: Said,
  problems: Problems,
  records: Records,
): [erased: number, expired: number] {
  let [erased, expired] = [0, 0];
  for (const [id, [, manifest]] of missing) {
    const [recordId = ""] = id.split("/");
    records.add({ recordId, eventSeq: id.slice(recordId.length + 1) });
    const covering = chain.coveredBy.get(manifest) ?? Infinity;
    if (said.erased.has(recordId)) erased += 1;
    else if (covering <= said.expired.checkpoint && timeOfManifest(manifest) <= said.expired.through)
      expired += 1;
    else problems.add("event_missing", id);
  }
  return [erased, expired];
}

/** The numbers that each record has events for. */
class Records {
  readonly #numbers = new Map<string, Set<number>>();
  readonly #gone = new Set<string>();
  readonly last = new Map<string, { seq: number; isGone: boolean }>();

  add({ recordId, eventSeq, type, problems, replaces }: Readonly<Record<string, unknown>>): void {
    if (typeof replaces === "string") this.#end(replaces);
    if (typeof recordId !== "string" || typeof eventSeq !== "string" || !RECORD_ID.test(recordId)) return;
    const seq = Number(eventSeq.slice(0, 12));
    const numbers = this.#numbers.get(recordId) ?? new Set();
    this.#numbers.set(recordId, numbers.add(seq));
    const isGone = type === "key_purged" || (Array.isArray(problems) && problems.includes("deleted"));
    const last = this.last.get(recordId);
    const most = Math.max(seq, last?.seq ?? 0);
    if (isGone || this.#gone.has(recordId)) this.last.set(recordId, { seq: most, isGone: true });
    else if (!last || seq > last.seq) this.last.set(recordId, { seq, isGone: false });
  }

  /** Another record is in its place. */
  #end(recordId: string): void {
    this.#gone.add(recordId);
    const last = this.last.get(recordId);
    if (last) this.last.set(recordId, { ...last, isGone: true });
  }

  findGaps(problems: Problems): void {
    for (const [recordId, numbers] of this.#numbers) {
      const most = this.last.get(recordId)?.seq ?? 0;
      // A number lost once each: more than a few lines of one record say nothing new.
      let named = 0;
      for (let seq = 1; seq < most && named < 10; seq += 1) {
        if (numbers.has(seq)) continue;
        problems.add("gap", `${recordId}/${String(seq).padStart(12, "0")}`);
        named += 1;
      }
    }
  }
}

function isOlder(at: unknown, now: Date, graceMs: number): boolean {
  return typeof at !== "string" || Date.parse(at) < now.getTime() - graceMs;
}
