const MAX_LINES = 20_000;

/** What the functions logged, bounded. */
export class LogRing {
  readonly lines: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** A receiver for one function's lines; each is kept as `function: line`. */
  add(functionName: string): (line: string) => void {
    return (line) => {
      const named = `${functionName}: ${line}`;
      this.lines.push(named);
      if (this.lines.length > MAX_LINES) this.lines.shift();
      this.#onLine?.(named);
    };
  }
}
