/** What becomes of a value; each is exactly one of these. */
export const outcomes = [
  "imported",
  /** By an import before this one. */
  "alreadyThere",
  /** Saved or removed since: left as it is. */
  "newerHere",
  "wrongKey",
  "notAKey",
  "malformed",
  "empty",
  /** AWS refused it, after patient retries; run again. */
  "failed",
] as const;
export type Outcome = (typeof outcomes)[number];

/** What a comparison with the stored record showed. */
export const verifications = [
  "verified",
  "mismatched",
  /** Saved or removed between the import and its verification. */
  "changedSince",
  /** AWS refused it, after patient retries. */
  "unverified",
] as const;
export type Verification = (typeof verifications)[number];

/** What became of one value, for the report: nothing of the value. */
export interface ValueResult {
  readonly line: number;
  /** `null`, as the two after it: a line that could not be read. */
  readonly id: string | null;
  readonly column: string | null;
  readonly provider: string | null;
  readonly outcome: Outcome;
  /** `notAKey`: whose it looks like. */
  readonly looksLike?: string;
  /** `failed`: a stable code. */
  readonly reason?: string;
  readonly verification?: Verification;
}

/** Of rows, and of values by what became of them. */
export type ImportCounts = Record<Outcome | Verification | "rows", number>;

export function noCounts(): ImportCounts {
  const names = ["rows", ...outcomes, ...verifications] as const;
  return Object.fromEntries(names.map((name) => [name, 0])) as ImportCounts;
}

export function addRow(counts: ImportCounts, results: readonly ValueResult[]): void {
  counts.rows += 1;
  for (const { outcome, verification } of results) {
    counts[outcome] += 1;
    if (verification) counts[verification] += 1;
  }
}

/** Nothing for anybody to look at. */
export function isAllWell(counts: ImportCounts): boolean {
  const { failed, wrongKey, notAKey, malformed, mismatched, unverified } = counts;
  return failed + wrongKey + notAKey + malformed + mismatched + unverified === 0;
}
