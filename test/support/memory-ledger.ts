import { witnessIdOf } from "../../lib/witness/call.ts";
import { attemptPrefix, ranks, shardOf, type LedgerEntry } from "../../lib/witness/ledger-entry.ts";
import type { FileRead, NotedRole, TrailLedger } from "../../lib/witness/ledger.ts";
import { trailFileName } from "../../lib/witness/trail-names.ts";

/** A ledger in memory; each call yields, so that what runs at once interleaves. Held to the table's contract. */
export class MemoryLedger implements TrailLedger {
  readonly entries = new Map<string, LedgerEntry>();
  readonly files = new Map<string, FileRead>();
  readonly #unwatched = new Set<string>();
  readonly #roles = new Map<string, NotedRole>();
  #listedThrough: string | undefined;

  async enter(entry: LedgerEntry): Promise<LedgerEntry> {
    await turn();
    const there = this.entries.get(idOf(entry));
    if (!there) this.entries.set(idOf(entry), entry);
    return there ?? entry;
  }

  async get(at: Pick<LedgerEntry, "witnessId" | "entryId">): Promise<LedgerEntry | undefined> {
    await turn();
    return this.entries.get(idOf(at));
  }

  async judge(entry: LedgerEntry): Promise<boolean> {
    await turn();
    const there = this.entries.get(idOf(entry));
    if (!there || there.rank >= entry.rank) return false;
    const { level: _level, ...rest } = there;
    const { status, reason, rank, level } = entry;
    this.entries.set(idOf(entry), { ...rest, status, reason, rank, ...(level && { level }) });
    return true;
  }

  async *attempts(call: LedgerEntry["call"], entryId?: string): AsyncGenerator<LedgerEntry> {
    await turn();
    const prefix = attemptPrefix(call.use?.attempt ?? 0);
    const found = [...this.entries.values()].filter(
      (entry) => entry.witnessId === witnessIdOf(call) && entry.entryId.startsWith(prefix),
    );
    const after = found.filter((entry) => entryId === undefined || entry.entryId > entryId);
    yield* after.toSorted((one, other) => (one.entryId < other.entryId ? -1 : 1));
  }

  async *watched(watch: "pending" | "overdue", until: string, from = ""): AsyncGenerator<LedgerEntry> {
    await turn();
    const found = [...this.entries.values()].filter(
      (entry) =>
        shardOf(entry)?.startsWith(`${watch}-`) &&
        !this.#unwatched.has(idOf(entry)) &&
        entry.seenAt >= from &&
        entry.seenAt <= until,
    );
    yield* found.toSorted((one, other) => (one.seenAt < other.seenAt ? -1 : 1));
  }

  async unwatch(at: Pick<LedgerEntry, "witnessId" | "entryId">): Promise<void> {
    await turn();
    this.#unwatched.add(idOf(at));
  }

  async noteFile(file: FileRead): Promise<void> {
    await turn();
    this.files.set(file.name, file);
  }

  async fileRead(name: string): Promise<FileRead | undefined> {
    await turn();
    return this.files.get(name);
  }

  async *filesRead(from: string, to: string): AsyncGenerator<FileRead> {
    await turn();
    for (const file of this.files.values()) {
      const at = trailFileName(file.name)?.at ?? "";
      if (at >= from && at <= to) yield file;
    }
  }

  async listedThrough(): Promise<string | undefined> {
    await turn();
    return this.#listedThrough;
  }

  async setListedThrough(at: string): Promise<void> {
    await turn();
    this.#listedThrough = at;
  }

  async roles(): Promise<readonly NotedRole[]> {
    await turn();
    return [...this.#roles.values()];
  }

  async noteRole(role: NotedRole): Promise<void> {
    await turn();
    this.#roles.set(`${role.use}~${role.arn}`, role);
  }

  /** Each call's verdict, by its id, without what is pending. */
  verdicts(): Record<string, string> {
    const settled = [...this.entries.values()].filter(({ rank }) => rank > ranks.pending);
    return Object.fromEntries(
      settled.map(({ call, status, reason }) => [call.callId, `${status} ${reason}`]),
    );
  }
}

function idOf({ witnessId, entryId }: Pick<LedgerEntry, "witnessId" | "entryId">): string {
  return `${witnessId} ${entryId}`;
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
