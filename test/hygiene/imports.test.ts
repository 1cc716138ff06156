import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const config = join(root, ".dependency-cruiser.js");

/** Files that break one rule each: `from` imports `to`, and `rule` must say so. */
const forbidden = [
  { rule: "lib-knows-nobody", from: "lib/a.ts", to: "lambdas/target.ts" },
  { rule: "lib-knows-nobody", from: "lib/b.ts", to: "infra/target.ts" },
  { rule: "lib-knows-nobody", from: "lib/c.ts", to: "local/target.ts" },
  { rule: "lib-knows-nobody", from: "lib/d.ts", to: "test/target.ts" },
  { rule: "lambdas-know-lib", from: "lambdas/a.ts", to: "local/target.ts" },
  { rule: "lambdas-know-lib", from: "lambdas/b.ts", to: "infra/target.ts" },
  { rule: "lambdas-know-lib", from: "lambdas/c.ts", to: "test/target.ts" },
  { rule: "infra-knows-names", from: "infra/a.ts", to: "lib/target.ts" },
  { rule: "lib-runs-without-its-command", from: "lib/jobs/z.ts", to: "lib/cli/target.ts" },
  { rule: "lib-runs-without-its-command", from: "lambdas/z.ts", to: "lib/cli/target.ts" },
  { rule: "infra-knows-names", from: "infra/b.ts", to: "lambdas/target.ts" },
  { rule: "infra-knows-names", from: "infra/c.ts", to: "lib/envelope/target.ts" },
  { rule: "local-runs-the-rest", from: "local/a.ts", to: "test/target.ts" },
  { rule: "web-knows-nobody", from: "web/a.ts", to: "lib/target.ts" },
  { rule: "web-has-types-of-the-api-alone", from: "web/b.ts", to: "lib/api/target.ts" },
  { rule: "web-has-types-of-the-api-alone", from: "web/c.ts", to: "node_modules/zod/index.js" },
  { rule: "envelope-knows-no-adapter", from: "lib/envelope/a.ts", to: "lib/target.ts" },
  { rule: "envelope-knows-no-adapter", from: "lib/envelope/b.ts", to: "node_modules/run-time/index.js" },
  { rule: "envelope-knows-no-adapter", from: "lib/envelope/c.ts", to: "fs" },
  { rule: "log-knows-no-caller", from: "lib/log/a.ts", to: "lib/target.ts" },
  { rule: "no-dev-dependency-at-run-time", from: "lib/e.ts", to: "node_modules/dev-time/index.js" },
  { rule: "no-dev-dependency-at-run-time", from: "lambdas/e.ts", to: "node_modules/transitive/index.js" },
  { rule: "no-cycles", from: "lib/cycle-a.ts", to: "lib/cycle-b.ts" },
  { rule: "no-unresolvable", from: "lib/f.ts", to: "./nowhere.ts" },
] as const;

/** Closes the cycle, which is reported once. */
const back = { from: "lib/cycle-b.ts", to: "lib/cycle-a.ts" };

/** Near misses: every one of these is how it is meant. */
const allowed = [
  { from: "lambdas/ok.ts", to: "lib/target.ts" },
  { from: "web/ok-a.ts", to: "lib/api/target.ts", typeOnly: true },
  { from: "web/ok-b.ts", to: "node_modules/zod/index.js", typeOnly: true },
  { from: "infra/ok-e.ts", to: "lib/api/target.ts" },
  { from: "local/ok-a.ts", to: "lambdas/target.ts" },
  { from: "local/ok-b.ts", to: "infra/target.ts" },
  { from: "lib/cli/ok.ts", to: "lib/jobs/target.ts" },
  { from: "infra/ok-a.ts", to: "lib/routes.ts" },
  { from: "infra/ok-b.ts", to: "lib/settings.ts" },
  { from: "infra/ok-c.ts", to: "lib/attributes.ts" },
  { from: "infra/ok-d.ts", to: "node_modules/dev-time/index.js" },
  { from: "lib/envelope/ok-a.ts", to: "lib/secret.ts" },
  { from: "lib/envelope/ok-b.ts", to: "lib/errors.ts" },
  { from: "lib/envelope/ok-c.ts", to: "lib/envelope/target.ts" },
  { from: "lib/envelope/ok-d.ts", to: "crypto" },
  { from: "lib/log/ok.ts", to: "lib/errors.ts" },
  { from: "lib/ok.ts", to: "node_modules/run-time/index.js" },
] as const;

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "waxseal-imports-"));
  write(
    "package.json",
    JSON.stringify({
      dependencies: { "run-time": "1.0.0", zod: "1.0.0" },
      devDependencies: { "dev-time": "1.0.0" },
    }),
  );
  write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { module: "nodenext", allowImportingTsExtensions: true } }),
  );
  for (const name of ["run-time", "dev-time", "transitive", "zod"]) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    write(`node_modules/${name}/index.js`, "export default 1;\n");
  }
  const targets = [...forbidden, ...allowed].map(({ to }) => to).filter((to) => /^\w+\/.*\.ts$/.test(to));
  for (const target of targets) write(target, "export const target = 1;\n");
  for (const { from, to, ...how } of [...forbidden, back, ...allowed])
    write(
      from,
      `import ${"typeOnly" in how ? "type " : ""}* as it from "${specifier(from, to)}";\nexport { it };\n`,
    );
});
afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  const file = join(tree, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function specifier(from: string, to: string): string {
  const packageName = /^node_modules\/([\w-]+)\//.exec(to)?.[1];
  if (packageName !== undefined) return packageName;
  if (to.startsWith(".")) return to;
  return to.includes("/") ? `${"../".repeat(from.split("/").length - 1)}${to}` : `node:${to}`;
}

interface Cruise {
  readonly summary: { readonly violations: readonly { rule: { name: string }; from: string; to: string }[] };
}

/** `rule: from → to` of every violation in the tree. */
function cruise(): string[] {
  const program = join(root, "node_modules/.bin/depcruise");
  const args = ["--config", config, "--output-type", "json", "lib", "lambdas", "infra", "local", "web"];
  const { stdout } = spawnSync(program, args, { cwd: tree, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return (JSON.parse(stdout) as Cruise).summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
  );
}

describe("the import directions", () => {
  test("each rule refuses the imports that it is for, and the near misses pass", () => {
    const expected = forbidden.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);
    expect(cruise().toSorted()).toEqual(expected.toSorted());
  });

  test("every rule of the configuration is tried here", async () => {
    const { default: configuration } = (await import(config)) as {
      default: { forbidden: { name: string }[] };
    };
    const tried = new Set<string>(forbidden.map(({ rule }) => rule));
    expect(configuration.forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });
});
