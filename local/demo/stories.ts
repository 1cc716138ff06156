/**
 * What happened, told once for each thing that did: a change of a record, the call of KMS for it, the audit's event and what
 * CloudTrail's file proved of it have one id, by which they are brought together here, whichever is there first.
 */
import { seqText } from "../../lib/audit/change-of-record.ts";
import { kmsCallOf, witnessIdOf } from "../../lib/witness/call.ts";
import { objectOf, textOf } from "../../lib/witness/json.ts";
import type { Item } from "./tables.ts";
import type { Line, Story, Verdict } from "./view.ts";

/** Of one person. */
export interface Told {
  readonly person: string;
  readonly records: readonly Item[];
  readonly events: readonly Item[];
  /** CloudTrail's. */
  readonly calls: readonly Line[];
}

type Draft = Omit<Story, "calls" | "events"> & { readonly calls: Line[]; readonly events: Line[] };

/** Newest first; without verdicts, which are looked up by the ids. */
export function storiesOf({ person, records, events, calls }: Told): Story[] {
  const stories = new Map<string, Draft>();
  const story = (id: string, about: Omit<Draft, "id" | "person" | "calls" | "events">): Draft => {
    const there = stories.get(id) ?? { id, person, ...about, calls: [], events: [] };
    stories.set(id, there);
    return there;
  };
  for (const event of events.toSorted(bySeq)) story(idOfEvent(event), aboutEvent(event)).events.push(event);
  for (const record of records) {
    const told = changeOf(record);
    if (told) story(told.id, told.about);
  }
  for (const record of calls) {
    const call = kmsCallOf(record);
    if (!call) continue;
    const type = call.operation === "Decrypt" ? "key_used" : "key_saved";
    const slot = call.encryptionContext["slot"] ?? "";
    story(witnessIdOf(call), { slot, type, at: call.at }).calls.push(record);
  }
  return [...stories.values()].toSorted((a, b) => b.at.localeCompare(a.at));
}

/** With what is known of each. */
export function withVerdicts(
  stories: readonly Story[],
  verdicts: ReadonlyMap<string, Verdict>,
): readonly Story[] {
  return stories.map((story) => {
    const verdict = verdicts.get(story.id);
    return verdict ? { ...story, verdict } : story;
  });
}

/** What came of a use has its claim's id, and is told with it. */
function idOfEvent(event: Item): string {
  const useId = textOf(event["useId"]);
  const witnessId = textOf(event["witnessId"]) ?? (useId === undefined ? undefined : `use/${useId}`);
  return witnessId ?? `${String(event["recordId"])}/${String(event["eventSeq"])}`;
}

function aboutEvent(event: Item) {
  const caller = textOf(event["caller"]);
  return {
    slot: textOf(event["slot"]) ?? "",
    type: textOf(event["type"]) ?? "",
    at: textOf(event["at"]) ?? "",
    ...(caller !== undefined && { caller }),
  };
}

function bySeq(a: Item, b: Item): number {
  return String(a["eventSeq"]).localeCompare(String(b["eventSeq"]));
}

/** What the recorder will make of a change, before it has: by it the page shows a claim the moment it is written. */
const typeOf: Readonly<Record<string, string>> = {
  save: "key_saved",
  use: "key_used",
  update: "key_updated",
  disable: "key_disabled",
  enable: "key_enabled",
  remove: "key_removed",
};

function changeOf(record: Item) {
  const change = objectOf(record["lastChange"]);
  const type = typeOf[textOf(change["operation"]) ?? ""];
  if (type === undefined) return undefined;
  const [useId, kmsRequestId] = [textOf(change["useId"]), textOf(change["kmsRequestId"])];
  const own = `${String(record["recordId"])}/${seqText(Number(record["changeSeq"]))}`;
  const id = useId !== undefined ? `use/${useId}` : kmsRequestId !== undefined ? `kms/${kmsRequestId}` : own;
  return { id, about: aboutEvent({ ...change, type, slot: record["slot"] }) };
}
