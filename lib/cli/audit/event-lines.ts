import type { StoredEvent } from "../../audit/read/find-events.ts";
import { table } from "../terminal.ts";

/** A line an event: when, what, of what, by whom, and its name. */
export function eventLines(events: readonly StoredEvent[]): string[] {
  if (events.length === 0) return ["No such event."];
  const rows = events.map((event) => {
    const { at, type, slot, actor, caller, recordId, eventSeq } = event;
    return [at, type, slot ?? "-", caller ?? "-", actor ?? "-", `${text(recordId)}/${text(eventSeq)}`].map(
      text,
    );
  });
  return table(rows);
}

/** Every member of each. */
export function wholeEventLines(events: readonly StoredEvent[]): string[] {
  return events.flatMap((event, index) => {
    const rows = Object.entries(event).map(([name, value]) => [name, text(value)]);
    return [...(index > 0 ? [""] : []), ...table(rows)];
  });
}

/** On one line: what a terminal would act on is escaped. */
function text(value: unknown): string {
  const plain = typeof value === "string" ? value : JSON.stringify(value);
  return plain.replaceAll(/\p{C}/gu, "\u{FFFD}");
}
