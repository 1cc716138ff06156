import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import pMap from "p-map";
import { OperatorError } from "../jobs/operator-error.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import { restoreRecord, type RestoreOutcome, type RestorePorts } from "./restore-record.ts";
import { parseEnd, parseHeader, parseItem, type ExportHeader } from "./sealed-lines.ts";

/** What came of a line of the file. */
export interface RestoredLine {
  /** From 1, the header's. */
  readonly line: number;
  readonly ownerId?: string;
  readonly slot?: string;
  readonly outcome: RestoreOutcome["outcome"];
  readonly reason?: string;
}

export interface RestoreResult {
  readonly counts: RestoreCounts;
  /** All that the export had: not stopped, and not a file that was cut. */
  readonly isWhole: boolean;
}

export type RestoreCounts = Readonly<Record<"records" | RestoreOutcome["outcome"], number>>;

const AT_ONCE = 8;

/**
 * Puts back what a sealed export has and the table has not. Safe to run again: what is there stays.
 *
 * @param check - told the header before anything is done, or written; throws where the file is not for this deployment.
 * @param onLine - told what came of each line, in any order.
 * @throws {OperatorError} `SOURCE_UNAVAILABLE` where it cannot be read; `USAGE` where it is no sealed export.
 */
export async function restoreFile(
  ports: RestorePorts,
  path: string,
  check: (header: ExportHeader) => void | Promise<void>,
  onLine: (line: RestoredLine) => void,
  signal?: AbortSignal,
): Promise<RestoreResult> {
  const counts = { records: 0, restored: 0, there: 0, removedSince: 0, wasRemoved: 0, failed: 0 };
  const lines = numberedLines(path);
  const first = await lines.next();
  const header = first.done ? undefined : parseHeader(first.value.text);
  if (!header) throw new OperatorError("USAGE", "The file's first line is not that of a sealed export");
  await check(header);
  let ended: number | undefined;
  await pMap(
    until(lines, signal),
    async ({ line, text }) => {
      const end = parseEnd(text);
      if (end) {
        ended = end.items;
        return;
      }
      const result = await restoredLine(ports, line, parseItem(text));
      counts.records += 1;
      counts[result.outcome] += 1;
      onLine(result);
    },
    { concurrency: AT_ONCE },
  );
  return { counts, isWhole: !signal?.aborted && ended === counts.records };
}

async function restoredLine(
  ports: RestorePorts,
  line: number,
  record: RawRecord | undefined,
): Promise<RestoredLine> {
  if (!record) return { line, outcome: "failed", reason: "RECORD_MALFORMED" };
  const { ownerId, slot } = record;
  const address = { ...(isText(ownerId) && { ownerId }), ...(isText(slot) && { slot }) };
  return { line, ...address, ...(await restoreRecord(ports, record)) };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

interface Line {
  readonly line: number;
  readonly text: string;
}

async function* numberedLines(path: string): AsyncGenerator<Line, undefined> {
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      line += 1;
      if (text !== "") yield { line, text };
    }
  } catch {
    throw new OperatorError("SOURCE_UNAVAILABLE", "The file cannot be read");
  }
}

async function* until(lines: AsyncIterable<Line>, signal: AbortSignal | undefined): AsyncGenerator<Line> {
  for await (const line of lines) {
    if (signal?.aborted) return;
    yield line;
  }
}
