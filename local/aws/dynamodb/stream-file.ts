/**
 * A file of JSON lines that keeps the streams over a restart, and what was about to be written: a process may be
 * killed between a write and its record. The next one looks at what was expected and not recorded.
 */
import { statSync } from "node:fs";
import { appendJsonLine, readJsonLines, writeJsonLines } from "../files.ts";
import type { WireItem } from "./items.ts";
import type { StreamEntry } from "./stream-record.ts";

/** A write that was about to be made. */
export interface ExpectedWrite {
  readonly tableName: string;
  readonly primaryKey: WireItem;
  /** Absent: the item was not there. */
  readonly before?: WireItem;
  readonly byTimeToLive?: boolean;
}

type Line = { readonly entry: StreamEntry } | { readonly expected: ExpectedWrite };

/** Below this the file is not written anew; above, when it has doubled since the last time. */
const trimmedBytes = 64 * 1024 * 1024;
const linesBetweenLooks = 5_000;

export class StreamFile {
  readonly #path: string;
  /** By item: writes without a record yet. */
  readonly #open = new Map<string, ExpectedWrite>();
  #linesToLook = linesBetweenLooks;
  #bytesToTrim = trimmedBytes;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was recorded before this start and is still `wanted`; the file is written anew without the rest. */
  load(wanted: (entry: StreamEntry) => boolean): StreamEntry[] {
    const entries: StreamEntry[] = [];
    for (const line of readJsonLines(this.#path) as Line[]) {
      if ("expected" in line) this.#open.set(itemOf(line.expected), line.expected);
      else {
        const { entry } = line;
        this.#open.delete(itemOf({ ...entry, primaryKey: entry.record.dynamodb.Keys }));
        if (wanted(entry)) entries.push(entry);
      }
    }
    this.trim(entries);
    return entries;
  }

  /** Writes of which nobody knows whether they were made. */
  openWrites(): ExpectedWrite[] {
    return [...this.#open.values()];
  }

  /** Before a write; what it returns is to be called after it, whether it was made or not. */
  expect(expected: ExpectedWrite): () => void {
    const item = itemOf(expected);
    this.#open.set(item, expected);
    appendJsonLine(this.#path, { expected } satisfies Line);
    return () => this.#open.delete(item);
  }

  /** Returns whether it is time for `trim`. */
  add(entry: StreamEntry): boolean {
    appendJsonLine(this.#path, { entry } satisfies Line);
    this.#linesToLook -= 1;
    if (this.#linesToLook > 0) return false;
    this.#linesToLook = linesBetweenLooks;
    return statSync(this.#path).size > this.#bytesToTrim;
  }

  /** Writes the file anew with these. */
  trim(entries: readonly StreamEntry[]): void {
    const open = this.openWrites().map((expected) => ({ expected }));
    writeJsonLines(this.#path, [...entries.map((entry) => ({ entry })), ...open]);
    this.#bytesToTrim = Math.max(trimmedBytes, 2 * statSync(this.#path).size);
  }
}

function itemOf({ tableName, primaryKey }: Pick<ExpectedWrite, "tableName" | "primaryKey">): string {
  const values = Object.entries(primaryKey).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([tableName, values]);
}
