/**
 * `npm test`: every check in order, each with its time, then the tests; the last line counts the tests.
 * The exit code is 0 only if every check passed, at least one test ran, and none failed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, stopAll } from "./runner/command.ts";
import { closingLine, isSuccess, readCounts, type Counts } from "./runner/report.ts";
import { staticSteps, type StaticStep } from "./runner/steps.ts";

const help = `npm test [-- [--only-tests] [vitest filters and options]]

  npm test                              all checks, then all tests
  npm test -- test/unit/log             all checks, then the tests whose path matches
  npm test -- --only-tests -t "rewrap"  no checks, and the tests whose name matches

Checks: ${staticSteps.map((step) => step.name).join(", ")}.
WAXSEAL_TEST_REPORT names a file that keeps vitest's JSON report.`;

/** Steps that use one core each; the tests, after them, use both. */
const AT_ONCE = 2;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(help);
    return 0;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopAll(signal));
  const failedSteps = args.includes("--only-tests") ? [] : await runStaticSteps();
  const { counts, exitCode } = await runTests(args.filter((arg) => arg !== "--only-tests"));
  const ok = failedSteps.length === 0 && exitCode === 0 && isSuccess(counts);
  summarise(failedSteps, exitCode, counts);
  return ok ? 0 : exitCode || 1;
}

/** Runs the checks, {@link AT_ONCE} at a time, and gives the names of those that failed. */
async function runStaticSteps(): Promise<string[]> {
  const waiting = [...staticSteps];
  const failed: string[] = [];
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift())
      if (!(await runStep(step))) failed.push(step.name);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failed;
}

async function runStep({ name, command }: StaticStep): Promise<boolean> {
  const { exitCode, seconds, output } = await run(command);
  const isOk = exitCode === 0;
  console.log(`${isOk ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
  if (!isOk) console.log(`${output.trimEnd()}\n`);
  return isOk;
}

async function runTests(
  filters: readonly string[],
): Promise<{ counts: Counts | undefined; exitCode: number }> {
  const folder = mkdtempSync(join(tmpdir(), "waxseal-test-"));
  const report = process.env["WAXSEAL_TEST_REPORT"] ?? join(folder, "report.json");
  rmSync(report, { force: true }); // an old report must not stand for this run
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { exitCode } = await run(["vitest", "run", ...reporters, ...filters], true);
    return { counts: readCounts(report), exitCode };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarise(failedSteps: readonly string[], exitCode: number, counts: Counts | undefined): void {
  for (const name of failedSteps) console.log(`FAILED ${name}`);
  if (!counts) console.log(`FAILED tests: vitest ended with code ${exitCode} and without a report`);
  else if (exitCode !== 0 && counts.failed === 0)
    console.log(`FAILED tests: vitest ended with code ${exitCode}`);
  else if (counts.passed === 0) console.log("FAILED tests: none ran");
  console.log(closingLine(counts ?? { passed: 0, failed: 0, skipped: 0 }));
}

process.exitCode = await main(process.argv.slice(2));
