/** What trails have delivered: in memory and, where a file is given, in its JSON lines. */
import { appendJsonLine, readJsonLines } from "../aws/files.ts";
import type { DigestLink } from "./digest-file.ts";
import type { DigestedFile } from "./log-file.ts";

type Line =
  /** Records by `eventID`: in a file, or lost. */
  | { readonly done: readonly string[] }
  | { readonly trail: string; readonly delivered: DeliveredFile; readonly isBackfill: boolean }
  /** Begins a chain anew. */
  | { readonly begun: string }
  | { readonly trail: string; readonly link: DigestLink; readonly end: string; readonly isBackfill: boolean };

interface DeliveredFile {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly file: DigestedFile;
}

export interface Chain {
  previous: DigestLink | undefined;
  /** In no digest yet. */
  files: DeliveredFile[];
}

export interface TrailState {
  readonly regular: Chain;
  readonly backfill: Chain;
  /** Of the last digest, or when the trail began. */
  end: Date;
}

export class TrailStates {
  readonly #path: string | undefined;
  readonly #now: () => Date;
  readonly #states = new Map<string, TrailState>();
  readonly #done = new Set<string>();

  constructor(now: () => Date, path?: string) {
    this.#now = now;
    this.#path = path;
    if (path) for (const line of readJsonLines(path)) this.#replay(line as Line);
  }

  of(trail: string): TrailState {
    const end = new Date(Math.floor(this.#now().getTime() / 1000) * 1000);
    const chain = (): Chain => ({ previous: undefined, files: [] });
    const state = this.#states.get(trail) ?? { regular: chain(), backfill: chain(), end };
    this.#states.set(trail, state);
    return state;
  }

  isDone(eventId: string): boolean {
    return this.#done.has(eventId);
  }

  /** In a file of every trail. Without a file nobody asks afterwards. */
  done(eventIds: readonly string[]): void {
    if (this.#path) this.#keep({ done: eventIds });
  }

  begin(trail: string): void {
    this.#keep({ begun: trail });
  }

  delivered(trail: string, file: DigestedFile, at: Date, isBackfill: boolean): void {
    this.#keep({ trail, delivered: { at: at.getTime(), file }, isBackfill });
  }

  digested(trail: string, link: DigestLink, end: Date, isBackfill: boolean): void {
    this.#keep({ trail, link, end: end.toISOString(), isBackfill });
  }

  #keep(line: Line): void {
    this.#replay(line);
    if (this.#path) appendJsonLine(this.#path, line);
  }

  #replay(line: Line): void {
    if ("done" in line) {
      for (const eventId of line.done) this.#done.add(eventId);
      return;
    }
    if ("begun" in line) {
      this.of(line.begun).regular.previous = undefined;
      return;
    }
    const state = this.of(line.trail);
    const chain = line.isBackfill ? state.backfill : state.regular;
    if ("delivered" in line) {
      chain.files.push(line.delivered);
      return;
    }
    const end = new Date(line.end);
    chain.files = chain.files.filter(({ at }) => at >= end.getTime());
    chain.previous = line.link;
    if (!line.isBackfill) state.end = end;
  }
}
