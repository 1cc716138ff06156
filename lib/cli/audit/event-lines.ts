import type { StoredEvent } from "../../audit/read/find-events.ts";
import type { Proof } from "../../audit/read/proof-of.ts";
import { plainText, table } from "../terminal.ts";

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

/** Every member of each, and what proves it where that was looked for. */
export function wholeEventLines(events: readonly StoredEvent[], proofs: readonly Proof[] = []): string[] {
  return events.flatMap((event, index) => {
    const rows = Object.entries(event).map(([name, value]) => [name, text(value)]);
    return [...(index > 0 ? [""] : []), ...table([...rows, ...proofRows(proofs[index])])];
  });
}

function proofRows(proof: Proof | undefined): string[][] {
  if (!proof) return [];
  const { hash = "none", manifest, kms } = proof;
  const inIt = manifest?.hasHash === true ? "" : " with ANOTHER HASH";
  return [
    ["(hash)", hash],
    ["(manifest)", manifest ? `${text(manifest.name)}${inIt}` : "none of that time"],
    ...kms.map(({ at, operation, requestId, principal, status, reason }) => [
      "(KMS)",
      text(`${at} ${operation} ${requestId} by ${principal}: ${status}, ${reason}`),
    ]),
  ];
}

/** On one line: what a terminal would act on is escaped. */
function text(value: unknown): string {
  return plainText(typeof value === "string" ? value : JSON.stringify(value));
}
