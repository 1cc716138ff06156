import { judgeAgain, type JudgePorts } from "./judge.ts";
import type { LedgerEntry } from "./ledger-entry.ts";

/** With a longer grace time the next sweep is soon enough. */
const SMALL_GRACE_SECONDS = 10;
/** CloudTrail's whole second, and what a recorder needs from a claim to its event at the least. */
const LEAST_MS = 3_000;
const PAUSE_MS = 400;

export interface SelfJudgePorts extends JudgePorts {
  readonly graceSeconds: number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

/**
 * Where the grace time is small, the invocation that saw the calls waits for it and judges them itself: a sweep comes
 * once a minute.
 */
export async function judgePending(ports: SelfJudgePorts, entries: readonly LedgerEntry[]): Promise<void> {
  if (ports.graceSeconds > SMALL_GRACE_SECONDS) return;
  let left = [...entries];
  while (left.length > 0) {
    await ports.wait(PAUSE_MS);
    const judged = await Promise.all(left.map((entry) => judgeAgain(ports, entry, isOver(ports, entry))));
    left = judged.filter(({ status }) => status === "pending");
  }
}

function isOver({ graceSeconds, now }: SelfJudgePorts, { seenAt, call }: LedgerEntry): boolean {
  const end = Math.max(Date.parse(seenAt) + graceSeconds * 1000, Date.parse(call.at) + LEAST_MS);
  return now().getTime() >= end;
}
