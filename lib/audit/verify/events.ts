import { isEntered } from "../../audit-attributes.ts";
import { hashOf } from "../canonical.ts";
import { checkpointName } from "../checkpoint.ts";
import { timeOfManifest } from "../manifest-store.ts";
import type { Chain } from "./checkpoints.ts";
import type { Evidence } from "./evidence.ts";
import type { Look } from "./look.ts";
import type { Manifests } from "./manifests.ts";
import type { Problems } from "./problems.ts";
import { Records, type LastEvent } from "./records.ts";

export interface Events {
  readonly count: number;
  readonly last: ReadonlyMap<string, LastEvent>;
  readonly erased: number;
  readonly expired: number;
}

interface Said {
  /** By record the number up to which they were erased. */
  readonly erased: Map<string, string>;
  /** By the number of the checkpoint up to which: ISO 8601, events before it. */
  expired: { checkpoint: number; through: string };
}

/** Where an erasure does not say up to which number. */
const EVERY = "999999999999";

/** That each event is the one that was recorded, that none is missing, and none is there that was not recorded. */
export async function verifyEvents(
  evidence: Evidence,
  manifests: Manifests,
  chain: Chain,
  problems: Problems,
  look: Look,
): Promise<Events> {
  const records = new Records();
  const missing = new Map(manifests.events);
  const said: Said = { erased: new Map(), expired: { checkpoint: 0, through: "" } };
  let count = 0;
  for await (const item of evidence.events()) {
    count += 1;
    look.onProgress("events", count);
    // When it is to expire is no part of it.
    const { purgeAt: _expiry, ...event } = item;
    const id = `${String(event["recordId"])}/${String(event["eventSeq"])}`;
    const recorded = manifests.events.get(id);
    missing.delete(id);
    // What is just being recorded may be seen without what is before it.
    const isSettled = recorded !== undefined || look.isSettled(event["at"]);
    records.add(event, isSettled);
    if (recorded && !isHash(event, recorded[0])) problems.add("event_changed", id);
    if (!recorded && isSettled) problems.add("event_not_in_manifest", id);
    listen(event, id, chain, problems, look);
    // What nobody recorded lets nothing be gone.
    if (recorded) heed(event, chain, said);
  }
  const [erased, expired] = accountFor(missing, chain, said, problems, records);
  records.findProblems(problems);
  return { count, last: records.last, erased, expired };
}

/** What events say of the audit itself. */
function listen(
  event: Readonly<Record<string, unknown>>,
  id: string,
  chain: Chain,
  problems: Problems,
  look: Look,
): void {
  switch (event["type"]) {
    case "changed_out_of_band":
      problems.add("changed_out_of_band", id);
      return;
    case "event_changed":
    case "event_deleted":
      problems.add("event_tampered_with", String(event["event"]));
      return;
    case "checkpoint_signed": {
      // Others may enter nothing of this name.
      if (!isEntered(event["recordId"], "checkpoint-")) return;
      const details = detailsOf(event);
      const number = Number(details["number"]);
      const there = chain.heads.get(number);
      // One may have been signed since the checkpoints were read.
      const isNext = number > (chain.last?.number ?? 0) && !look.isSettled(event["at"]);
      if (there === undefined && !isNext) problems.add("checkpoint_missing", checkpointName(number));
      if (there !== undefined && there.hash !== details["hash"])
        problems.add("checkpoint_replaced", checkpointName(number));
    }
  }
}

/**
 * What events say of events that are gone: by their names alone, which others may not enter. An expiry says of a
 * checkpoint no more than what was signed.
 */
function heed(event: Readonly<Record<string, unknown>>, chain: Chain, said: Said): void {
  const { type, recordId: name } = event;
  const details = detailsOf(event);
  const recordId = String(details["recordIds"]);
  const its = `intake-erased-${recordId}`;
  const { through = EVERY } = details;
  const isErasure = type === "events_erased" && (name === its || String(name).startsWith(`${its}~`));
  const isMore = typeof through === "string" && through > (said.erased.get(recordId) ?? "");
  if (isErasure && isMore) said.erased.set(recordId, through);
  const checkpoint = Number(details["checkpoint"]);
  const isOfJob = type === "events_expired" && isEntered(name, "expired-");
  const head = chain.heads.get(checkpoint);
  const isSigned = head !== undefined && head.through === details["through"];
  if (isOfJob && isSigned && checkpoint > said.expired.checkpoint)
    said.expired = { checkpoint, through: String(details["through"]) };
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
    const covering = chain.covered.get(manifest)?.number ?? Infinity;
    const eventSeq = id.slice(recordId.length + 1);
    const isErased = eventSeq.slice(0, 12) <= (said.erased.get(recordId) ?? "");
    const isExpired = covering <= said.expired.checkpoint && timeOfManifest(manifest) <= said.expired.through;
    records.addMissing(recordId, eventSeq, isErased || isExpired);
    if (isErased) erased += 1;
    else if (isExpired) expired += 1;
    else problems.add("event_missing", id);
  }
  return [erased, expired];
}

function detailsOf(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return (event["details"] ?? {}) as Readonly<Record<string, unknown>>;
}

/** Somebody may have put into the log what has no encoding. */
function isHash(event: object, hash: string): boolean {
  try {
    return hashOf(event) === hash;
  } catch {
    return false;
  }
}
