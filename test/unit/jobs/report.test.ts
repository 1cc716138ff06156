import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openReport, type ReportFlags } from "../../../lib/jobs/report.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-report-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string) => join(folder, name);
const modeOf = (path: string) => statSync(path).mode & 0o777;

async function report(path: string, flags: Partial<ReportFlags> = {}): Promise<void> {
  const file = await openReport(path, { option: "--report", ...flags });
  await file.writeFile("report\n");
  await file.close();
}

test("a report replaces what the file held, or adds to it, and is its owner's alone", async () => {
  const path = inFolder("open");
  writeFileSync(path, "before\n", { mode: 0o644 });
  await report(path, { append: true });
  expect(readFileSync(path, "utf8")).toBe("before\nreport\n");
  await report(path);
  expect(readFileSync(path, "utf8")).toBe("report\n");
  expect(modeOf(path)).toBe(0o600);
});

test.each([{}, { append: true }])("a report follows no link (%o)", async (flags) => {
  const [other, link] = [inFolder("other"), inFolder(`link-${Object.keys(flags).length}`)];
  writeFileSync(other, "other");
  symlinkSync(other, link);
  await expect(report(link, flags)).rejects.toMatchObject({
    code: "USAGE",
    message: "The file of --report cannot be written: ELOOP",
  });
  expect(readFileSync(other, "utf8")).toBe("other");
});

test("a report is never the file that is read, by another name of it either", async () => {
  const [source, other] = [inFolder("source"), inFolder("source-too")];
  writeFileSync(source, "source");
  linkSync(source, other);
  for (const path of [source, other])
    await expect(report(path, { source })).rejects.toMatchObject({ code: "USAGE" });
  expect(readFileSync(source, "utf8")).toBe("source");
});

test("a report into a pipe or a device leaves it to whoever had it", async () => {
  const pipe = inFolder("pipe");
  execFileSync("mkfifo", ["-m", "644", pipe]);
  // Somebody reads it: else opening it to write would wait.
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  await report(pipe);
  closeSync(reader);
  expect(modeOf(pipe)).toBe(0o644);
});
