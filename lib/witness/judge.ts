/**
 * A call enters the ledger and is judged; later it is judged again, until it is settled. Whoever does so, how often
 * and in which order, the same calls and events end in the same verdicts: a judgement gives way to one of a higher
 * rank only, and which of two calls is the first of an attempt their own order says.
 *
 * What is unaccounted is reported before it is noted: a process that dies in between reports again.
 */
import { witnessIdOf, type KmsCall } from "./call.ts";
import type { WitnessEvents } from "./events.ts";
import { explain, mayBeAttempt } from "./explain.ts";
import { entryOf, ranks, type LedgerEntry, type Rank } from "./ledger-entry.ts";
import type { TrailLedger } from "./ledger.ts";
import type { Report } from "./report.ts";
import type { WitnessRules } from "./rules.ts";
import { settled, type Judgement } from "./verdict.ts";

export interface JudgePorts {
  readonly ledger: TrailLedger;
  readonly events: WitnessEvents;
  readonly report: Pick<Report, "unaccounted" | "explainedLate">;
  readonly rules: WitnessRules;
  readonly now: () => Date;
}

/** @returns the call's entry as it is judged now. Throws `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`. */
export async function takeCall(ports: JudgePorts, call: KmsCall): Promise<LedgerEntry> {
  const judgement = await judgementOf(ports, call);
  const entry = entryOf(call, judgement, rankOf(judgement), ports.now().toISOString());
  // What is to be reported waits in the ledger until it was.
  const waiting: Judgement =
    judgement.status === "unaccounted" ? { status: "pending", otherwise: judgement } : judgement;
  const there = await ports.ledger.enter(entryOf(call, waiting, rankOf(waiting), entry.seenAt));
  const judged = there.rank < entry.rank ? await settle(ports, there, judgement, entry.rank) : there;
  return compareAttempts(ports, judged);
}

/** Looks at an entry again. @param graceIsOver - what nothing explains by now is unaccounted. */
export async function judgeAgain(
  ports: JudgePorts,
  entry: LedgerEntry,
  graceIsOver: boolean,
): Promise<LedgerEntry> {
  if (entry.rank >= ranks.judged) return entry;
  const judgement = await judgementOf(ports, entry.call);
  const final = settled(judgement, graceIsOver);
  const rank = judgement.status === "pending" && final.status !== "pending" ? ranks.overdue : rankOf(final);
  if (rank <= entry.rank) return entry;
  return compareAttempts(ports, await settle(ports, entry, final, rank));
}

async function judgementOf({ events, rules }: JudgePorts, call: KmsCall): Promise<Judgement> {
  const alone = explain(call, { isFirst: true }, rules);
  if (alone.status !== "pending") return alone;
  return explain(call, { isFirst: true, event: await events.find(witnessIdOf(call)) }, rules);
}

function rankOf({ status }: Judgement): Rank {
  return status === "pending" ? ranks.pending : ranks.judged;
}

async function settle(
  { ledger, report, now }: JudgePorts,
  entry: LedgerEntry,
  judgement: Judgement,
  rank: Rank,
): Promise<LedgerEntry> {
  const next = entryOf(entry.call, judgement, rank, entry.seenAt);
  if (next.status === "unaccounted") await report.unaccounted(next);
  const isWritten = await ledger.judge(next);
  const there = isWritten ? next : ((await ledger.get(next)) ?? next);
  const wasReported = isWritten ? entry.status === "unaccounted" : next.status === "unaccounted";
  if (wasReported && there.status === "explained") await report.explainedLate(there, now());
  return there;
}

/**
 * Of the calls that may be the same attempt only the first is. This one is compared with the first, and the one after
 * it with this one: so of any two neighbours the one that came later has compared them.
 */
async function compareAttempts(ports: JudgePorts, entry: LedgerEntry): Promise<LedgerEntry> {
  if (!mayBeAttempt(entry.call, ports.rules)) return entry;
  const isOther = ({ call }: LedgerEntry) =>
    call.callId !== entry.call.callId && mayBeAttempt(call, ports.rules);
  let isRepeated = false;
  for await (const one of ports.ledger.attempts(entry.call)) {
    if (one.entryId > entry.entryId) break;
    if (isOther(one)) isRepeated = true;
    if (isRepeated) break;
  }
  for await (const one of ports.ledger.attempts(entry.call, entry.entryId)) {
    if (!isOther(one)) continue;
    if (one.rank < ranks.repeated) await settle(ports, one, repeated, ranks.repeated);
    break;
  }
  return isRepeated && entry.rank < ranks.repeated ? settle(ports, entry, repeated, ranks.repeated) : entry;
}

const repeated: Judgement = { status: "unaccounted", reason: "attempt_repeated", level: "page" };
