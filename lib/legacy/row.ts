/** A row of the legacy table. */
export interface LegacyRow {
  /** From 1: of the file, or of the query's answer. */
  readonly line: number;
  /** `undefined`: it has none that can be used, and nothing else of it is looked at. */
  readonly id: string | undefined;
  /** By the order of the columns, as they are: old values, which go nowhere but to `judge`. */
  readonly values: readonly unknown[];
}

/** Longer than any user id, and short enough for a report. */
const MAX_ID_LENGTH = 1024;

/** Only text is an id: `1` and `"1"` would be one owner. Unpaired surrogates too: see `ownerIdOf`. */
export function usableId(id: unknown): string | undefined {
  if (typeof id !== "string" || id === "" || id.length > MAX_ID_LENGTH) return undefined;
  return id.isWellFormed() ? id : undefined;
}
