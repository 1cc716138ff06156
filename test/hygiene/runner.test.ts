import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../runner/command.ts";
import { closingLine, isSuccess, readCounts, sum } from "../runner/report.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-report-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function reportOf(text: string): string {
  const file = join(folder, "report.json");
  writeFileSync(file, text);
  return file;
}

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] };

describe("the closing line of a run", () => {
  test("counts what vitest's report says", () => {
    const counts = readCounts(reportOf(JSON.stringify(report)));
    expect(counts && closingLine(counts)).toBe("3 passed, 0 failed, 2 skipped");
    expect(isSuccess(counts)).toBe(true);
  });

  test("counts a file that broke before its first test as a failed test", () => {
    const broken = { ...report, testResults: [{ status: "failed", assertionResults: [] }] };
    const counts = readCounts(reportOf(JSON.stringify(broken)));
    expect(counts).toEqual({ passed: 3, failed: 1, skipped: 2 });
    expect(isSuccess(counts)).toBe(false);
  });

  test.each(["", "{", "null", "[]", '{"numPassedTests":3}'])("is no success after the report %j", (text) => {
    expect(isSuccess(readCounts(reportOf(text)))).toBe(false);
  });

  test("is no success without a report, without tests, or with a failed one", () => {
    expect(isSuccess(readCounts(join(folder, "none.json")))).toBe(false);
    expect(isSuccess({ passed: 0, failed: 0, skipped: 9 })).toBe(false);
    expect(isSuccess({ passed: 9, failed: 1, skipped: 0 })).toBe(false);
  });

  test("adds up several runs", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});

describe("a step", () => {
  test("ends with its program's own exit code, and keeps what it printed", async () => {
    const outcome = await run(["node", "-e", "console.log('out'); console.error('err'); process.exit(3)"]);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.output).toContain("out\n");
    expect(outcome.output).toContain("err\n");
  });

  test("that a signal ended, or whose program is missing, failed", async () => {
    expect((await run(["node", "-e", "process.kill(process.pid, 'SIGKILL')"])).exitCode).not.toBe(0);
    expect((await run(["no-such-program"])).exitCode).toBe(127);
  });
});
