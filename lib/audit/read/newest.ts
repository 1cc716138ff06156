import type { EventPages, StoredEvent } from "./find-events.ts";

/** The newest of them, newest first; no more are kept than it takes. */
export async function newest(
  { isSorted, pages }: EventPages,
  limit: number,
  goOn: () => void = () => undefined,
): Promise<StoredEvent[]> {
  let kept: StoredEvent[] = [];
  for await (const page of pages) {
    goOn();
    kept.push(...page);
    if (isSorted && kept.length >= limit) break;
    if (!isSorted && kept.length > 4 * limit) kept = kept.toSorted(newestFirst).slice(0, limit);
  }
  return (isSorted ? kept : kept.toSorted(newestFirst)).slice(0, limit);
}

/** Of the same moment by name, so that the order is always the same. */
function newestFirst(one: StoredEvent, other: StoredEvent): number {
  const [first, second] = [nameOf(one), nameOf(other)];
  if (first === second) return 0;
  return first < second ? 1 : -1;
}

function nameOf({ at, recordId, eventSeq }: StoredEvent): string {
  return `${String(at)} ${String(recordId)} ${String(eventSeq)}`;
}
