import { everywhere, REDACTED } from "./redact-text.ts";

interface Piece {
  readonly holder: object;
  readonly at: string | number;
  readonly text: string;
  /** Where the piece starts in the text of all pieces. */
  readonly start: number;
}

/**
 * Finds secrets that lie across neighbouring strings of a log line: a key cut into chunks of a stream, an
 * array of characters, a token split between message and field. The strings are joined in the order in
 * which they are printed, and every string that a match touches is redacted whole.
 *
 * It cannot see pieces out of order or with other text between them, and where a string ends with a secret
 * it takes the next one's first word for its end: it finds too much rather than too little.
 */
export class SplitSecrets {
  readonly #patterns: readonly RegExp[];
  readonly #pieces: Piece[] = [];
  #length = 0;

  constructor(patterns: readonly RegExp[]) {
    this.#patterns = patterns;
  }

  /** Notes that `holder[at]` will print what was `text` before its own redaction. */
  add(holder: object, at: string | number, text: string): void {
    this.#pieces.push({ holder, at, text, start: this.#length });
    this.#length += text.length;
  }

  /** Redacts, in their holders, all pieces of a secret that lies across two or more. */
  redact(): void {
    const joined = this.#pieces.map((piece) => piece.text).join("");
    for (const pattern of this.#patterns)
      for (const match of joined.matchAll(everywhere(pattern)))
        this.#redactBetween(match.index, match.index + match[0].length);
  }

  #redactBetween(start: number, end: number): void {
    const touched = this.#pieces.filter(
      (piece) => piece.start < end && piece.start + piece.text.length > start,
    );
    if (touched.length < 2) return;
    for (const { holder, at } of touched) Reflect.set(holder, at, REDACTED);
  }
}
