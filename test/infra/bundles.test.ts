import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { bundleFunction, type Bundle } from "../../infra/bundle.ts";
import {
  functionEntries,
  jobFunctionEntries,
  type FunctionName,
  type JobFunctionName,
} from "../../lib/routes.ts";
import { temporaryFolder } from "./synthesised.ts";

type AnyName = FunctionName | JobFunctionName;

const folder = temporaryFolder();
const entries = { ...functionEntries, ...jobFunctionEntries };
const bundles = Object.fromEntries(
  Object.entries(entries).map(([name, entry]) => [name, bundleFunction(name, entry, folder)]),
) as Record<AnyName, Bundle>;

/** Every file of a bundle by name: the entry, and the chunks that are loaded when they are needed. */
function filesOf({ directory }: Bundle): Record<string, string> {
  const names = readdirSync(directory).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(directory, name), "utf8")]));
}

function codeOf(name: AnyName): string {
  return Object.values(filesOf(bundles[name])).join("\n");
}

const names = Object.keys(entries) as AnyName[];

describe("each function's bundle", () => {
  test.each(names)("of %s is under 1.5 MB and begins with the module that exports the handler", (name) => {
    const { bytes, handler } = bundles[name];
    process.stdout.write(`bundle of ${name}: ${Math.round(bytes / 1000)} kB\n`);
    expect(handler).toBe(`${name}.handler`);
    expect(filesOf(bundles[name])[`${name}.mjs`]).toMatch(/\bhandler\b/);
    expect(bytes).toBeLessThan(1_500_000);
  });

  test.each(names)("of %s needs no package and no CommonJS require at run time", (name) => {
    const code = codeOf(name);
    const imported = [...code.matchAll(/^import (?:[^"';]* from )?"([^"]+)";/gm)].map(
      ([, specifier]) => specifier,
    );
    // What describes the API has nothing but the description.
    expect(imported.length > 0).toBe(name !== "describe");
    for (const specifier of imported) expect(specifier).toMatch(/^(node:|\.\/|[a-z_]+(\/promises)?$)/);
    // esbuild's stand-in for a require that is left over in an ES module: it throws.
    expect(code).not.toContain("Dynamic require of");
  });
});

describe("no bundle has code for what its role may not do", () => {
  test.each([
    ["save", { DecryptCommand: false, GenerateDataKeyCommand: true }],
    ["status", { DecryptCommand: false, GenerateDataKeyCommand: false }],
    [
      "describe",
      { DecryptCommand: false, GenerateDataKeyCommand: false, KMSClient: false, DynamoDBClient: false },
    ],
    ["list", { DecryptCommand: false, GenerateDataKeyCommand: false }],
    ["remove", { DecryptCommand: false, GenerateDataKeyCommand: false }],
    ["update", { DecryptCommand: false, GenerateDataKeyCommand: false }],
    ["delete-owner", { DecryptCommand: false, GenerateDataKeyCommand: false }],
    ["verify", { DecryptCommand: true, GenerateDataKeyCommand: false }],
    ["acting-proxy", { DecryptCommand: true, GenerateDataKeyCommand: false }],
    ["provider-proxy", { DecryptCommand: true, GenerateDataKeyCommand: false }],
    ["rewrap", { DecryptCommand: false, GenerateDataKeyCommand: false, ReEncryptCommand: true }],
  ] as const)("%s: %j", (name, expected) => {
    const code = codeOf(name);
    const found = Object.fromEntries(
      Object.keys(expected).map((command) => [command, code.includes(command)]),
    );
    expect(found).toEqual(expected);
  });
});

test("the same sources give the same bytes and the same chunk names, in another folder too", () => {
  const again = bundleFunction("save", functionEntries.save, temporaryFolder());
  expect(filesOf(again)).toEqual(filesOf(bundles.save));
});
