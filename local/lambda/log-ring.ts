const MAX_LINES = 20_000;

/** What the functions logged, bounded. */
export class LogRing {
  readonly lines: string[] = [];
  readonly #onLine: ((line: string, functionName: string, logged: string) => void) | undefined;

  /** @param onLine - told each line as it is kept, and apart whose it is and what was logged. */
  constructor(onLine?: (line: string, functionName: string, logged: string) => void) {
    this.#onLine = onLine;
  }

  /** A receiver for one function's lines; each is kept as `function: line`. */
  add(functionName: string): (line: string) => void {
    return (line) => {
      const named = `${functionName}: ${line}`;
      this.lines.push(named);
      if (this.lines.length > MAX_LINES) this.lines.shift();
      this.#onLine?.(named, functionName, line);
    };
  }
}
