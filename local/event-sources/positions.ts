/** How far each mapping is in each shard: in memory and, where a file is given, in its JSON lines. */
import { appendJsonLine, readJsonLines, writeJsonLines } from "../aws/files.ts";

type Position = readonly [place: string, sequence: string];

const linesToTrim = 10_000;

export class Positions {
  readonly #sequences = new Map<string, string>();
  readonly #path: string | undefined;
  #lines = 0;

  constructor(path?: string) {
    this.#path = path;
    for (const [place, sequence] of path ? (readJsonLines(path) as Position[]) : [])
      this.#sequences.set(place, sequence);
    this.#trim();
  }

  get(mapping: string, shardId: string): string | undefined {
    return this.#sequences.get(placeOf(mapping, shardId));
  }

  set(mapping: string, shardId: string, sequence: string): void {
    const place = placeOf(mapping, shardId);
    this.#sequences.set(place, sequence);
    if (!this.#path) return;
    appendJsonLine(this.#path, [place, sequence] satisfies Position);
    this.#lines += 1;
    if (this.#lines >= linesToTrim) this.#trim();
  }

  #trim(): void {
    this.#lines = 0;
    if (this.#path) writeJsonLines(this.#path, [...this.#sequences]);
  }
}

function placeOf(mapping: string, shardId: string): string {
  return `${mapping}/${shardId}`;
}
