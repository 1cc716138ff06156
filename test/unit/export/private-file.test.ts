import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writePrivateFile } from "../../../lib/export/private-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-private-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const source = new URL("../../../lib/export/private-file.ts", import.meta.url).href;

test("a process that ends in the middle, as by a second signal, leaves nothing half written", () => {
  const script = `
    import { readdirSync } from "node:fs";
    import { writePrivateFile } from ${JSON.stringify(source)};
    await writePrivateFile(process.argv[1] + "/out.jsonl", false, async (write) => {
      await write("half");
      console.log(readdirSync(process.argv[1]).length);
      process.exit(130);
    });`;
  const args = ["--input-type=module", "-e", script, folder];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, files: stdout.trim() }).toEqual({ status: 130, files: "1" });
  expect(readdirSync(folder)).toEqual([]);
});

test("a file that is whole, and one that is not, leave nothing behind in the process", async () => {
  const before = process.listenerCount("exit");
  await writePrivateFile(join(folder, "whole"), false, (write) => write("whole"));
  const failing = writePrivateFile(join(folder, "failed"), false, () => Promise.reject(new Error("failed")));
  await expect(failing).rejects.toThrow("failed");
  expect(readdirSync(folder)).toEqual(["whole"]);
  expect(process.listenerCount("exit")).toBe(before);
});
