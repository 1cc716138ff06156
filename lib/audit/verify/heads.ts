import type { Events } from "./events.ts";
import type { Evidence } from "./evidence.ts";
import type { Look } from "./look.ts";
import type { Problems } from "./problems.ts";

/** That each record is where its events end. */
export async function verifyHeads(
  evidence: Evidence,
  { last }: Events,
  problems: Problems,
  { isSettled }: Look,
): Promise<void> {
  const there = new Set<string>();
  for await (const { recordId, changeSeq, at } of evidence.heads()) {
    there.add(recordId);
    const seq = last.get(recordId)?.seq ?? 0;
    if (changeSeq < seq) problems.add("record_rolled_back", recordId);
    // Under traffic the table is ahead of its events by what is just being recorded.
    if (changeSeq > seq && isSettled(at)) problems.add("record_ahead", recordId);
  }
  for (const [recordId, { isGone }] of last)
    if (!there.has(recordId) && !isGone) problems.add("record_vanished", recordId);
}
