import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** So many lines may be in memory; more go to files. */
const IN_MEMORY = 100_000;
const PARTS = 64;

/**
 * What belongs together, found together, however much it is: each line is put by a name, and comes back with all
 * others of that name. It takes memory for a 64th of all, and a folder that only this user may read, for the rest;
 * there is nothing sealed in it.
 */
export class Partitions {
  #parts: string[][] = emptyParts();
  #lines = 0;
  #folder: string | undefined;
  readonly #most: number;

  constructor(inMemory = IN_MEMORY) {
    this.#most = inMemory;
  }

  add(name: string, value: object): void {
    const part = (createHash("sha256").update(name).digest()[0] ?? 0) % PARTS;
    this.#parts[part]?.push(JSON.stringify([name, value]));
    this.#lines += 1;
    if (this.#lines > this.#most) this.#spill();
  }

  /** All values of each name. */
  async *groups<Value>(): AsyncGenerator<readonly Value[]> {
    for (const [part, lines] of this.#parts.entries()) {
      const groups = new Map<string, Value[]>();
      for (const line of [...(await this.#spilled(part)), ...lines]) {
        const [name, value] = JSON.parse(line) as [string, Value];
        const group = groups.get(name);
        if (group) group.push(value);
        else groups.set(name, [value]);
      }
      yield* groups.values();
    }
  }

  /** Removes what was written. */
  close(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.#parts = emptyParts();
  }

  #spill(): void {
    this.#folder ??= mkdtempSync(path.join(tmpdir(), "waxseal-"));
    for (const [part, lines] of this.#parts.entries()) {
      if (lines.length === 0) continue;
      appendFileSync(fileOf(this.#folder, part), `${lines.join("\n")}\n`, { mode: 0o600 });
    }
    this.#parts = emptyParts();
    this.#lines = 0;
  }

  async #spilled(part: number): Promise<string[]> {
    if (this.#folder === undefined || !existsSync(fileOf(this.#folder, part))) return [];
    const text = await readFile(fileOf(this.#folder, part), "utf8");
    return text.split("\n").filter((line) => line !== "");
  }
}

function emptyParts(): string[][] {
  return Array.from({ length: PARTS }, () => []);
}

function fileOf(folder: string, part: number): string {
  return path.join(folder, String(part));
}
