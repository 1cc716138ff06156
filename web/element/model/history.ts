import type { ActivityEvent } from "../../client/index.ts";
import type { Desk } from "./desk.ts";
import { troubleOf, type Trouble } from "./trouble.ts";

/** Events of the same kind in a row, as one line. */
export interface Line {
  readonly event: ActivityEvent;
  readonly count: number;
}

/** At least so many lines are looked for, in at most so many pages, at a press of the button. */
const LINES = 8;
const PAGES = 5;
const PAGE_LENGTH = 50;

/** What happened, of one slot or of all, page by page; the API gives all of them together. */
export class History {
  readonly #desk: Desk;
  readonly #slot: { readonly provider: string; readonly name: string } | undefined;
  events: readonly ActivityEvent[] = [];
  /** How far back it was looked. */
  since: string | undefined;
  isLoading = false;
  isAtEnd = false;
  trouble: Trouble | undefined;
  #cursor: string | undefined;

  constructor(desk: Desk, slot?: { readonly provider: string; readonly name: string }) {
    this.#desk = desk;
    this.#slot = slot;
  }

  get lines(): readonly Line[] {
    const lines: { event: ActivityEvent; count: number }[] = [];
    for (const event of this.events) {
      const last = lines.at(-1);
      if (last && isAlike(last.event, event)) last.count += 1;
      else lines.push({ event, count: 1 });
    }
    return lines;
  }

  async more(): Promise<void> {
    if (this.isLoading || this.isAtEnd) return;
    Object.assign(this, { isLoading: true, trouble: undefined });
    this.#desk.host.changed();
    const { signal } = this.#desk;
    try {
      await this.#pages(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.trouble = troubleOf(error, Date.now());
      if (this.trouble.code === "AUTHENTICATION_REQUIRED") this.#desk.signOut();
    } finally {
      this.isLoading = false;
      this.#desk.host.changed();
    }
  }

  async #pages(signal: AbortSignal): Promise<void> {
    const wanted = this.lines.length + LINES;
    for (let pages = 0; pages < PAGES && this.lines.length < wanted && !this.isAtEnd; pages += 1) {
      const page = await this.#desk.host.client().activityPage(this.#cursor, { limit: PAGE_LENGTH, signal });
      this.events = [...this.events, ...page.events.filter((event) => this.#isMine(event))];
      this.since = page.events.at(-1)?.at ?? this.since;
      this.#cursor = page.cursor;
      this.isAtEnd = page.cursor === undefined;
    }
  }

  #isMine({ provider, name }: ActivityEvent): boolean {
    return this.#slot ? provider === this.#slot.provider && name === this.#slot.name : true;
  }
}

function isAlike(one: ActivityEvent, other: ActivityEvent): boolean {
  const parts = ({ type, provider, name, caller, at }: ActivityEvent) =>
    [type, provider, name, caller, at.slice(0, 10)].join();
  return parts(one) === parts(other);
}
