import type { Problems } from "./problems.ts";

/** Each seals anew, under a random id of its own. A rewrap keeps the seal, and a restore says that it brings one back. */
const sealing = ["key_saved", "key_imported", "key_resealed"];

/** Which event was the first to tell of each seal: one that comes a second time was put back, by whoever writes the table. */
export class Seals {
  readonly #first = new Map<string, Told>();
  readonly #repeated: string[] = [];

  add({ type, sealId, recordId, eventSeq, at }: Readonly<Record<string, unknown>>): void {
    if (typeof sealId !== "string" || !sealing.includes(String(type))) return;
    const told = { id: `${String(recordId)}/${String(eventSeq)}`, at: String(at) };
    const [first, later] = inOrder(this.#first.get(sealId), told);
    this.#first.set(sealId, first);
    if (later) this.#repeated.push(later.id);
  }

  find(problems: Problems): void {
    for (const id of this.#repeated.toSorted()) problems.add("seal_repeated", id);
  }
}

interface Told {
  readonly id: string;
  readonly at: string;
}

/** By time; the log is in no order. */
function inOrder(before: Told | undefined, told: Told): [first: Told, later?: Told] {
  if (!before) return [told];
  return [before, told].toSorted((one, other) =>
    `${one.at} ${one.id}` < `${other.at} ${other.id}` ? -1 : 1,
  ) as [Told, Told];
}
