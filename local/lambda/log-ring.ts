const MAX_LINES = 20_000;

/** What the functions logged, bounded. */
export class LogRing {
  readonly lines: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #observe: (functionName: string, line: string) => void;

  /** @param observe - told each function's lines as they are. */
  constructor(
    onLine?: (line: string) => void,
    observe: (functionName: string, line: string) => void = () => undefined,
  ) {
    this.#onLine = onLine;
    this.#observe = observe;
  }

  /** A receiver for one function's lines; each is kept as `function: line`. */
  add(functionName: string): (line: string) => void {
    return (line) => {
      const named = `${functionName}: ${line}`;
      this.lines.push(named);
      if (this.lines.length > MAX_LINES) this.lines.shift();
      this.#onLine?.(named);
      this.#observe(functionName, line);
    };
  }
}
