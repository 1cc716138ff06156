import { isObject } from "./json.ts";
import type { LedgerEntry } from "./ledger-entry.ts";

const texts = ["witnessId", "entryId", "status", "reason", "seenAt"];

/** Whether an item is a call's entry; the ledger has others too. */
export function isLedgerEntry(item: unknown): item is LedgerEntry {
  if (!isObject(item) || !texts.every((name) => typeof item[name] === "string")) return false;
  return isObject(item["call"]) && typeof item["rank"] === "number";
}
