/**
 * Names in the order of UTF-8, which S3 lists by. Most are added in that order, so they are kept in one list that is
 * sorted again only after one that was not.
 */
export class SortedNames {
  readonly #all = new Set<string>();
  #list: string[] = [];
  #isSorted = true;

  add(name: string): void {
    if (this.#all.has(name)) return;
    this.#all.add(name);
    const last = this.#list.at(-1);
    if (last !== undefined && compareBytes(last, name) > 0) this.#isSorted = false;
    this.#list.push(name);
  }

  delete(name: string): void {
    if (this.#all.delete(name)) this.#list = this.#list.filter((one) => one !== name);
  }

  *from(prefix: string, after: string): Generator<string> {
    if (!this.#isSorted) this.#list.sort(compareBytes);
    this.#isSorted = true;
    const list = this.#list;
    for (let index = this.#firstAfter(prefix, after); index < list.length; index += 1) {
      const name = list[index] ?? "";
      if (!name.startsWith(prefix)) return;
      yield name;
    }
  }

  /** Above `after`, and not below `prefix`. */
  #firstAfter(prefix: string, after: string): number {
    const byAfter = compareBytes(after, prefix) >= 0;
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareBytes(this.#list[middle] ?? "", byAfter ? after : prefix);
      if (order < 0 || (byAfter && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
