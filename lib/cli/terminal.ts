/** What a command says: its answer on standard output, and everything else on standard error. */
export interface Terminal {
  /** The answer: one JSON document with `--json`, else lines. */
  answer(json: Answer, lines: () => readonly string[]): void;
  /** A line for the operator, beside the answer. */
  say(line: string): void;
  /** How far it is: one line that is replaced on a terminal, a line every few seconds elsewhere. */
  progress(line: string): void;
}

/** Every JSON answer says in which form it is. */
export interface Answer {
  readonly schemaVersion: 1;
  readonly [member: string]: unknown;
}

export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly now: () => number;
}

/** Between two lines of progress where they do not replace each other. */
const PLAIN_EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 100;

export function terminal({ out, err, now }: Streams, json: boolean): Terminal {
  const isTerminal = err.isTTY === true;
  let shown = false;
  let last = now();
  const clear = () => {
    if (shown) err.write("\r\u001b[2K");
    shown = false;
  };
  return {
    answer(document, lines) {
      clear();
      out.write(
        json
          ? `${JSON.stringify(document)}\n`
          : lines()
              .map((line) => `${line}\n`)
              .join(""),
      );
    },
    say(line) {
      clear();
      err.write(`${line}\n`);
    },
    progress(line) {
      if (now() - last < (isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)) return;
      last = now();
      clear();
      err.write(isTerminal ? line : `${line}\n`);
      shown = isTerminal;
    },
  };
}

/** Columns under each other: the first to the left, numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** What others may have chosen, on one line: what a terminal would act on is replaced. */
export function plainText(text: string): string {
  return text.replaceAll(/\p{C}/gu, "\u{FFFD}");
}
