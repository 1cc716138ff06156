/**
 * Names in the order of UTF-8, which S3 lists by. They are kept as strings of one character a byte, since these
 * compare by bytes. Most are added at the end, where that is quick; 100,000 in any order are too.
 */
export class SortedNames {
  readonly #list: string[] = [];

  add(name: string): void {
    const bytes = toBytes(name);
    const at = this.#firstFrom(bytes);
    if (this.#list[at] !== bytes) this.#list.splice(at, 0, bytes);
  }

  delete(name: string): void {
    const bytes = toBytes(name);
    const at = this.#firstFrom(bytes);
    if (this.#list[at] === bytes) this.#list.splice(at, 1);
  }

  /** Those above `after` that begin with `prefix`. */
  *from(prefix: string, after: string): Generator<string> {
    const first = toBytes(prefix);
    // Nothing is between a string and the same with a zero byte at its end.
    const above = `${toBytes(after)}\0`;
    const list = this.#list;
    for (let at = this.#firstFrom(above > first && after !== "" ? above : first); at < list.length; at += 1) {
      const bytes = list[at] ?? "";
      if (!bytes.startsWith(first)) return;
      yield toName(bytes);
    }
  }

  /** The index of the first that is not below. */
  #firstFrom(bytes: string): number {
    const list = this.#list;
    const last = list.at(-1);
    if (last === undefined || last < bytes) return list.length;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] ?? "") < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function toBytes(name: string): string {
  return Buffer.from(name, "utf8").toString("latin1");
}

function toName(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
