/** A record of CloudTrail has at most 256 KB; one that is far larger is none, and is not gathered. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Cuts the text `{"Records":[{…},{…}]}`, which comes in pieces, into the texts of its records, so that no file has to
 * be parsed whole. It looks at braces, brackets and strings alone: each record is for `JSON.parse` to judge.
 */
export class RecordSplitter {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #head = "";
  #record: string[] = [];
  #length = 0;
  #ended = false;
  #broken = false;

  /** Whether the text ended as it has to; ask when all pieces were pushed. */
  get isWhole(): boolean {
    return this.#ended && !this.#broken && /^\s*\{\s*"Records"\s*:\s*\[$/.test(this.#head);
  }

  /** @returns the texts of the records that this piece completed. */
  push(text: string): string[] {
    const records: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const opened = this.#step(text.charCodeAt(at));
      if (opened === "opened") from = at;
      else if (opened === "closed") {
        records.push(this.#gathered(text.slice(from, at + 1)));
        from = at + 1;
      } else if (this.#depth < 3 && this.#depth > 0 && this.#head.length < 64 && !this.#head.endsWith("["))
        this.#head += text[at] ?? "";
    }
    if (this.#depth >= 3) this.#gather(text.slice(from));
    return records;
  }

  #step(code: number): "opened" | "closed" | undefined {
    if (this.#escaped) this.#escaped = false;
    else if (this.#inString) {
      if (code === 0x5c) this.#escaped = true;
      else if (code === 0x22) this.#inString = false;
    } else if (code === 0x22) this.#inString = true;
    else if (code === 0x7b || code === 0x5b) return this.#open();
    else if (code === 0x7d || code === 0x5d) return this.#close();
    return undefined;
  }

  /** Depth 1 is the whole, 2 the list, 3 a record. */
  #open(): "opened" | undefined {
    this.#depth += 1;
    return this.#depth === 3 ? "opened" : undefined;
  }

  #close(): "closed" | undefined {
    this.#depth -= 1;
    if (this.#depth === 0) this.#ended = true;
    if (this.#depth < 0) this.#broken = true;
    return this.#depth === 2 ? "closed" : undefined;
  }

  #gather(text: string): void {
    this.#length += text.length;
    if (this.#length > MOST_CHARACTERS) this.#broken = true;
    else this.#record.push(text);
  }

  #gathered(last: string): string {
    this.#gather(last);
    const text = this.#record.join("");
    this.#record = [];
    this.#length = 0;
    return text;
  }
}
