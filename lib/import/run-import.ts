import { pMapIterable } from "p-map";
import { OperatorError } from "../jobs/operator-error.ts";
import type { Column } from "../legacy/columns.ts";
import { judge, type LegacyCipher } from "../legacy/judge.ts";
import type { LegacyRow } from "../legacy/row.ts";
import { addRow, noCounts, type ImportCounts, type ValueResult } from "./counts.ts";
import { importRow, type ImportTarget, type JudgedRow, type RowOutcome } from "./import-row.ts";

/** Values by which a wrong secret is noticed, and in how many rows they are looked for. */
const FIRST_VALUES = 20;
const FIRST_ROWS = 1000;
/** Rows under way at once; the pace of KMS decides how fast they are. */
const CONCURRENCY = 32;

export interface ImportPlan {
  readonly rows: AsyncIterable<LegacyRow>;
  readonly columns: readonly Column[];
  readonly cipher: LegacyCipher;
  /** Absent: nobody is asked, and nothing is written. */
  readonly target?: ImportTarget | undefined;
  /** Goes on although none of the first values opens. */
  readonly skipSecretCheck: boolean;
  /** Called before anything is written, when the secret is good. */
  readonly onBegin: () => Promise<void>;
  /** Told of each row when it is done, in the rows' order. */
  readonly onRow: (results: readonly ValueResult[], counts: Readonly<ImportCounts>) => Promise<void> | void;
  /** Ends it after the rows that are under way. */
  readonly signal: AbortSignal;
}

export interface ImportRun {
  readonly counts: ImportCounts;
  /** What ended it before its end; the counts are of what was done. */
  readonly error?: Error;
}

/**
 * Reads, judges and imports row after row; only those under way are in memory. A secret that opens none of the first
 * values stops it before anything is written (`WRONG_LEGACY_SECRET`).
 */
export async function runImport(plan: ImportPlan): Promise<ImportRun> {
  const counts = noCounts();
  const done = async ({ results }: RowOutcome) => {
    addRow(counts, results);
    await plan.onRow(results, counts);
  };
  let fatal: Error | undefined;
  try {
    const rows = judgedRows(plan);
    const first = await firstRows(rows);
    if (!plan.skipSecretCheck && opensNone(first)) {
      for (const row of first) await done(await importRow(undefined, row));
      await rows.return();
      return { counts, error: wrongSecret() };
    }
    await plan.onBegin();
    const isOver = () => fatal !== undefined || plan.signal.aborted;
    const concurrently = { concurrency: CONCURRENCY };
    for await (const row of pMapIterable(until(isOver, first, rows), one, concurrently)) {
      fatal ??= row.fatal;
      await done(row);
    }
  } catch (error) {
    fatal ??= error as Error;
  }
  return { counts, ...(fatal && { error: fatal }) };

  function one(row: JudgedRow): Promise<RowOutcome> {
    return importRow(plan.target, row);
  }
}

async function* judgedRows({ rows, columns, cipher }: ImportPlan): AsyncGenerator<JudgedRow, void, void> {
  for await (const { line, id, values } of rows) {
    const judged = columns.map((column, index) => {
      return { ...column, verdict: judge(values[index], cipher, column.provider) };
    });
    yield { line, id, values: judged };
  }
}

/** Taken from the iterator by hand: a loop that ends early would close it. */
async function firstRows(rows: AsyncGenerator<JudgedRow, void, void>): Promise<JudgedRow[]> {
  const first: JudgedRow[] = [];
  let values = 0;
  while (values < FIRST_VALUES && first.length < FIRST_ROWS) {
    const { value } = await rows.next();
    if (!value) break;
    first.push(value);
    values += triedValues([value]).length;
  }
  return first;
}

/** What is of the form, so that a cipher key was tried. Of damaged values and other shapes the secret is not to blame. */
function triedValues(rows: readonly JudgedRow[]) {
  return rows
    .filter(({ id }) => id !== undefined)
    .flatMap(({ values }) => values)
    .filter(({ verdict }) => verdict.outcome !== "empty" && verdict.outcome !== "malformed");
}

function opensNone(rows: readonly JudgedRow[]): boolean {
  const tried = triedValues(rows);
  return tried.length > 0 && tried.every(({ verdict }) => verdict.outcome === "wrongKey");
}

async function* until(
  isOver: () => boolean,
  first: readonly JudgedRow[],
  rows: AsyncGenerator<JudgedRow, void, void>,
): AsyncGenerator<JudgedRow, void, void> {
  for (const row of first) {
    if (isOver()) return;
    yield row;
  }
  for await (const row of rows) {
    if (isOver()) return;
    yield row;
  }
}

function wrongSecret(): OperatorError {
  return new OperatorError(
    "WRONG_LEGACY_SECRET",
    "None of the first values opens with this secret: another secret, --kdf, --salt or --shape? Nothing was written. " +
      "--skip-secret-check goes on if they really are of another one.",
  );
}
