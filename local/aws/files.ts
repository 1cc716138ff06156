/** State in files that survives a process killed at any point. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";

const newline = 10;

/** Replaces the file whole: another file is written first and renamed over it. Readable by its owner only. */
export function writeJsonFile(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(value, null, 1), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

export function readJsonFile(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** The lines of a file of JSON lines. A last line that a killed process left torn is cut off the file. */
export function readJsonLines(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const lines: unknown[] = [];
  let start = 0;
  // Line by line: a string cannot be as long as such a file may be.
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    if (end > start) lines.push(JSON.parse(bytes.toString("utf8", start, end)) as unknown);
    start = end + 1;
  }
  if (start < bytes.length) truncateSync(path, start);
  return lines;
}

/** Replaces the file whole, as `writeJsonFile` does. */
export function writeJsonLines(path: string, values: readonly unknown[]): void {
  const file = openSync(`${path}.new`, "w", 0o600);
  try {
    for (const value of values) writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

/** Synchronous on purpose: the line is with the operating system before the call is answered. */
export function appendJsonLine(path: string, value: unknown): void {
  appendFileSync(path, `${JSON.stringify(value)}\n`, { mode: 0o600 });
}
