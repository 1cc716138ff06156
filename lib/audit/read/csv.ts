import { stringify } from "csv-stringify/sync";
import type { StoredEvent } from "./find-events.ts";

/** Every member that an event may have; `problems` and `details` as JSON. */
export const csvColumns = [
  ...["recordId", "eventSeq", "at", "type", "ownerId", "slot", "provider", "name"],
  ...["actor", "caller", "requestId", "useId", "witnessId", "kmsRequestId"],
  ...[
    "encryptionKeyId",
    "keyMaterialId",
    "cipherSuite",
    "sealId",
    "ciphertextUnchanged",
    "health",
    "replaces",
  ],
  ...["problems", "event", "details", "schemaVersion"],
] as const;

export function csvHeader(): string {
  return stringify([[...csvColumns]]);
}

/**
 * Lines of RFC 4180. What a spreadsheet would take for a formula has an apostrophe before it (OWASP, "CSV Injection"):
 * an id that begins with `-` as well.
 */
export function csvLines(events: readonly StoredEvent[]): string {
  const rows = events.map((event) => csvColumns.map((name) => cell(event[name])));
  return stringify(rows, { escape_formulas: true });
}

function cell(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
