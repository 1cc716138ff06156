import { atOnce } from "./at-once.ts";
import { ingestFile, type IngestPorts } from "./ingest.ts";
import { judgeAgain } from "./judge.ts";
import { ranks, type LedgerEntry, type Watch } from "./ledger-entry.ts";
import type { FileRead } from "./ledger.ts";
import { baseName, wholeSeconds } from "./trail-names.ts";
import type { ListedFile, TrailSource } from "./trail-source.ts";

export interface SweepPorts extends IngestPorts {
  readonly graceSeconds: number;
  /** Where there is a trail. */
  readonly source: TrailSource | undefined;
  /** Milliseconds that the invocation has left. */
  readonly remaining: () => number;
}

/** With less time than this nothing new is begun: the next sweep goes on. */
const ENOUGH_MS = 30_000;
const HOUR_MS = 3_600_000;
/** So far back is listed again: files may be delivered a while after the time in their names. */
const OVERLAP_MS = 3 * HOUR_MS;
/** Younger files are those whose event is still under way. */
const SETTLED_MS = 60_000;
/** The stream that a claim's event comes by keeps it for a day; a week leaves room for whoever mends the recorder. */
const OVERDUE_MS = 8 * 24 * HOUR_MS;
const AT_ONCE = 16;

/** More that fail are not the files' own fault. */
const MOST_FAILED = 10;

/**
 * Every minute: settles what waited for longer than the grace time, and reads the trail's files that nobody told us of.
 * What was settled by that, and is explained by now, is explained late. Settling comes first: no file keeps it waiting.
 */
export async function sweep(ports: SweepPorts): Promise<void> {
  await settleWaiting(ports);
  if (ports.source) await readMissedFiles(ports, ports.source);
}

async function settleWaiting(ports: SweepPorts): Promise<void> {
  await judgeWatched(ports, "pending", msAgo(ports, ports.graceSeconds * 1000));
  // What is older than an hour is looked at once an hour.
  const isFullHour = ports.now().getUTCMinutes() === 0;
  const recently = msAgo(ports, ports.graceSeconds * 1000 + HOUR_MS);
  await judgeWatched(ports, "overdue", ports.now().toISOString(), isFullHour ? undefined : recently);
}

/**
 * So a lost event of S3 loses nothing, nor does a day without this function: it goes on where it was. Files that were
 * read, and are gone since, are reported.
 */
export async function readMissedFiles(ports: SweepPorts, source: TrailSource): Promise<void> {
  const { ledger, now } = ports;
  const to = now().toISOString();
  const through = (await ledger.listedThrough()) ?? msAgo(ports, 0);
  const from = wholeSeconds(Date.parse(through) - OVERLAP_MS);
  const read = new Map<string, FileRead>();
  for await (const file of ledger.filesRead(from, to)) read.set(baseName(file.name), file);
  const listed = new Set<string>();
  const failed = new Set<string>();
  let oldestLeft: string | undefined;
  for await (const file of source.list("log", from, to)) {
    listed.add(baseName(file.name));
    if (read.has(baseName(file.name)) || (await readIfSettled(ports, source, file, failed))) continue;
    if (oldestLeft === undefined || file.at < oldestLeft) oldestLeft = file.at;
  }
  for (const [name, file] of read) if (!listed.has(name)) await reportMissing(ports, file);
  await ledger.setListedThrough(oldestLeft !== undefined && oldestLeft < to ? oldestLeft : to);
}

/** @returns whether it has been read now; one that cannot be is named, and tried again the next time. */
async function readIfSettled(
  ports: SweepPorts,
  source: TrailSource,
  file: ListedFile,
  failed: Set<string>,
): Promise<boolean> {
  const settled = Math.min(SETTLED_MS, Math.max(5_000, ports.graceSeconds * 1000));
  if (ports.now().getTime() - file.modifiedAt < settled || ports.remaining() < ENOUGH_MS) return false;
  try {
    return (await ingestFile(ports, source, file.name)) !== undefined;
  } catch (error) {
    if (failed.add(file.name).size > MOST_FAILED) throw error;
    ports.report.unreadable(file.name, error, ports.now().getTime() - file.modifiedAt > HOUR_MS);
    return false;
  }
}

async function reportMissing({ ledger, report, now }: SweepPorts, file: FileRead): Promise<void> {
  if (file.missingSince !== undefined) return;
  await report.missing(file, now());
  await ledger.noteFile({ ...file, missingSince: now().toISOString() });
}

async function judgeWatched(ports: SweepPorts, watch: Watch, until: string, from?: string): Promise<void> {
  const tasks = atOnce(AT_ONCE);
  for await (const at of ports.ledger.watched(watch, until, from)) {
    if (ports.remaining() < ENOUGH_MS) break;
    await tasks.start(() => judgeOne(ports, watch, at));
  }
  await tasks.end();
}

async function judgeOne(
  ports: SweepPorts,
  watch: Watch,
  at: Pick<LedgerEntry, "witnessId" | "entryId">,
): Promise<void> {
  const entry = await ports.ledger.get(at);
  if (!entry) return;
  const judged = await judgeAgain(ports, entry, true);
  const isOld = entry.seenAt < msAgo(ports, OVERDUE_MS);
  if (watch === "overdue" && judged.rank === ranks.overdue && isOld) await ports.ledger.unwatch(at);
}

function msAgo({ now }: SweepPorts, milliseconds: number): string {
  return new Date(now().getTime() - milliseconds).toISOString();
}
