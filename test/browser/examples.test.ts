import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { examples } from "../examples/all.ts";
import { startWorld, type World } from "../examples/world.ts";

/** What `npm run examples` runs, in one system. */
const root = path.join(import.meta.dirname, "../..");
let browser: Browser;
let world: World & AsyncDisposable;

beforeAll(async () => {
  browser = await chromium.connect(inject("browser"));
  world = await startWorld(() => Promise.resolve(browser));
});
afterAll(async () => {
  await browser.close();
  await world[Symbol.asyncDispose]();
});

describe("an example does what it says", () => {
  test.each(examples)("$name: $says", async ({ run }) => {
    await expect(run(world)).resolves.toBeUndefined();
  });
});

describe("the examples", () => {
  const index = readFileSync(path.join(root, "docs/examples/README.md"), "utf8");

  test("are all in the index, and every folder of docs/examples is", () => {
    const folders = readdirSync(path.join(root, "docs/examples"), { withFileTypes: true });
    for (const { name } of folders.filter((entry) => entry.isDirectory()))
      expect(index).toContain(`(${name}/`);
    for (const { name } of examples) expect(index).toContain(`\`${name}\``);
  });
});

describe("npm run examples", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["test/examples/run.ts", ...args], { cwd: root, encoding: "utf8" });

  test("--help says how, --list what there is", () => {
    expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--json") as string });
    const { status, stdout } = run("--list");
    expect(status).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(examples.map(({ name }) => name));
  });

  test("refuses an option or a name that there is none of, with 2", () => {
    expect(run("--jsn")).toMatchObject({ status: 2, stdout: "" });
    const { status, stderr } = run("no-such-example");
    expect(status).toBe(2);
    expect(stderr).toContain("plain-page");
  });
});
