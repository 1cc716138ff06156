import { randomUUID } from "node:crypto";
import type { InvokeValue } from "../invoke-value.ts";

/** The longest that a timer can be set for; one that is due later is set again. */
const maxTimerMs = 2 ** 31 - 1;

/** What the driver keeps of a running execution in memory: nothing that a restart needs. */
export class Session {
  /** The functions as they were deployed when it began. */
  readonly invoke: InvokeValue;
  /** Of the invocation that runs; each checkpoint makes another one. */
  token = randomUUID() as string;
  /** Operations that changed and that the function has not been told of. */
  readonly unseen = new Set<string>();
  /** The last checkpoint's answer, for a client that sends the same again. */
  last: { readonly clientToken: unknown; readonly token: unknown; readonly answer: object } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(invoke: InvokeValue) {
    this.invoke = invoke;
  }

  renewToken(): string {
    this.token = randomUUID();
    return this.token;
  }

  /** The operations to tell of; they count as told. */
  takeUnseen(): string[] {
    const ids = [...this.unseen];
    this.unseen.clear();
    return ids;
  }

  addUnseen(ids: readonly string[]): void {
    for (const id of ids) this.unseen.add(id);
    if (ids.length > 0) this.#wake?.();
  }

  /** Until an operation has changed that the function does not know of. */
  async change(): Promise<void> {
    if (this.unseen.size === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
  }

  /** @param due - epoch milliseconds; replaces what was set before. */
  at(due: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, Math.min(Math.max(0, due - Date.now()), maxTimerMs)).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#wake?.();
  }
}
