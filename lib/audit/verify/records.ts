import type { Problems } from "./problems.ts";
import { Seals } from "./seals.ts";

/** Of a record: the number of its last event, and whether the record is, or may be, gone by what its events say. */
export interface LastEvent {
  readonly seq: number;
  readonly isGone: boolean;
}

const RECORD_ID = /^[A-Za-z0-9_-]{22}$/;
const EVENT_SEQ = /^\d{12}(~|$)/;
/** A number lost is named once: more than a few lines of one record say nothing new. */
const MOST_NAMED = 10;

/** The numbers that each record has events for. */
export class Records {
  readonly #numbers = new Map<string, Set<number>>();
  /** Up to which there must be all of them. */
  readonly #settled = new Map<string, number>();
  readonly #replaced = new Set<string>();
  readonly #last = new Map<string, LastEvent>();
  readonly #seals = new Seals();

  add(event: Readonly<Record<string, unknown>>, isSettled: boolean): void {
    this.#seals.add(event);
    const { recordId, eventSeq, type, replaces } = event;
    // Another record is in its place.
    if (typeof replaces === "string") this.#replaced.add(replaces);
    this.#note(recordId, eventSeq, type === "key_purged", isSettled);
  }

  /** @param isGoneByRule - then nobody knows any more what it said: it may have been that the record is gone. */
  addMissing(recordId: string, eventSeq: string, isGoneByRule: boolean): void {
    this.#note(recordId, eventSeq, isGoneByRule, true);
  }

  get last(): ReadonlyMap<string, LastEvent> {
    for (const recordId of this.#replaced) {
      const last = this.#last.get(recordId);
      if (last) this.#last.set(recordId, { ...last, isGone: true });
    }
    return this.#last;
  }

  findProblems(problems: Problems): void {
    this.#findGaps(problems);
    this.#seals.find(problems);
  }

  #findGaps(problems: Problems): void {
    for (const [recordId, numbers] of this.#numbers) {
      const settled = this.#settled.get(recordId) ?? 0;
      let named = 0;
      for (let seq = 1; seq < settled && named < MOST_NAMED; seq += 1) {
        if (numbers.has(seq)) continue;
        problems.add("gap", `${recordId}/${String(seq).padStart(12, "0")}`);
        named += 1;
      }
    }
  }

  #note(recordId: unknown, eventSeq: unknown, isGone: boolean, isSettled: boolean): void {
    if (typeof recordId !== "string" || typeof eventSeq !== "string") return;
    if (!RECORD_ID.test(recordId) || !EVENT_SEQ.test(eventSeq)) return;
    const seq = Number(eventSeq.slice(0, 12));
    this.#numbers.set(recordId, (this.#numbers.get(recordId) ?? new Set()).add(seq));
    if (isSettled) this.#settled.set(recordId, Math.max(seq, this.#settled.get(recordId) ?? 0));
    const last = this.#last.get(recordId);
    // What went around the application may have the number of what did not.
    const isLast = !last || seq > last.seq || (seq === last.seq && isGone);
    if (isLast) this.#last.set(recordId, { seq, isGone });
  }
}
