/** Lets go of one who waits for each `release`, the first first; one that comes before its waiter is kept. */
export class Releases {
  readonly #waiting: (() => void)[] = [];
  #kept = 0;

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#kept += 1;
  }

  async next(): Promise<void> {
    if (this.#kept > 0) this.#kept -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
