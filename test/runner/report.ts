import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** What came of a test run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's JSON report (the format of Jest's) that is read. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/**
 * The counts of a report file. A file of tests that failed before its first test (a syntax error, a hook)
 * counts as one failed test, since vitest counts none.
 *
 * @returns `undefined` if vitest ended without a report, which is a failure.
 */
export function readCounts(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined;
  const report = parseReport(readFileSync(file, "utf8"));
  if (!report) return undefined;
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function parseReport(text: string): Report | undefined {
  try {
    const report = JSON.parse(text) as Partial<Report> | null;
    const isWhole = typeof report?.numPassedTests === "number" && Array.isArray(report.testResults);
    return isWhole ? (report as Report) : undefined;
  } catch {
    return undefined; // cut off while it was written
  }
}

/** A run that tested nothing did not succeed. */
export function isSuccess(counts: Counts | undefined): boolean {
  return counts !== undefined && counts.passed > 0 && counts.failed === 0;
}

/** The last line of a run: `12 passed, 0 failed, 1 skipped`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

export function sum(all: readonly Counts[]): Counts {
  const none: Counts = { passed: 0, failed: 0, skipped: 0 };
  return all.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    none,
  );
}

/** `node test/runner/report.ts FILE…` prints the closing line of several reports together. */
function main(files: readonly string[]): void {
  const counts = files.map(readCounts);
  const missing = files.filter((_, index) => counts[index] === undefined);
  for (const file of missing) console.error(`no report: ${file}`);
  const total = sum(counts.filter((one) => one !== undefined));
  console.log(closingLine(total));
  process.exitCode = missing.length === 0 && isSuccess(total) ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
