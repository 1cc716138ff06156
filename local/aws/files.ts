/** State in files that survives a process killed at any point. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

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
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) writeFileSync(path, whole, { mode: 0o600 });
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** Synchronous on purpose: the line is with the operating system before the call is answered. */
export function appendJsonLine(path: string, value: unknown): void {
  appendFileSync(path, `${JSON.stringify(value)}\n`, { mode: 0o600 });
}
