/** Mutual exclusion by name, so that what a stream says of an item is what happened to it, in order. */
export class Locks {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs `work` once it holds all `names`; they are taken in order, so that no two calls wait for each other. */
  async holding<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const [first, ...rest] = [...new Set(names)].sort();
    if (first === undefined) return work();
    const previous = this.#tails.get(first) ?? Promise.resolve();
    const run = previous.then(() => this.holding(rest, work));
    const tail = run.catch(() => undefined);
    this.#tails.set(first, tail);
    try {
      return await run;
    } finally {
      if (this.#tails.get(first) === tail) this.#tails.delete(first);
    }
  }
}
