import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../../infra/bundle.ts";
import { synthesize } from "../../infra/synth.ts";
import { temporaryFolder, testSettings } from "./synthesised.ts";

/** A dead end: whatever asked for the network would have to go through it. */
const noNetwork = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };

/** The sources alone, as after a clone; the packages by link. */
function cleanCopy(): string {
  const folder = temporaryFolder();
  const names = ["cdk.json", "docs/openapi.json", "infra", "lambdas", "lib", "package.json", "tsconfig.json"];
  for (const name of names)
    cpSync(path.join(repositoryRoot, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

/** Asset hashes hold the place of the linked packages in comments of esbuild's; all else is compared. */
function templateOf(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8").replaceAll(/[0-9a-f]{64}/g, "<hash>"));
}

test("npx cdk synth works from a clean copy, without account, configuration or network, as in process", () => {
  const folder = cleanCopy();
  const { issuer, jwksUri } = testSettings;
  const overrides = ["-c", `issuer=${issuer}`, "-c", `jwksUri=${jwksUri}`];
  execFileSync(path.join(folder, "node_modules/.bin/cdk"), ["synth", "--quiet", ...overrides], {
    cwd: folder,
    env: { PATH: path.dirname(process.execPath), HOME: temporaryFolder(), ...noNetwork },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const inProcess = synthesize(testSettings, temporaryFolder()).stacks[0];
  expect(templateOf(path.join(folder, "cdk.out/Waxseal-dev.template.json"))).toEqual(
    templateOf(inProcess?.templateFullPath ?? ""),
  );
}, 180_000);

test("two syntheses give the same template, asset hashes included", () => {
  const [one, other] = [temporaryFolder(), temporaryFolder()].map((folder) => {
    const [stack] = synthesize(testSettings, folder, { check: false }).stacks;
    return readFileSync(stack?.templateFullPath ?? "", "utf8");
  });
  expect(other).toBe(one);
}, 180_000);
