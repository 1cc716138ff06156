import { ESLint } from "eslint";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import tseslint from "typescript-eslint";
import { describe, expect, test } from "vitest";
import { waxseal } from "./rules/index.ts";

const here = import.meta.dirname;
const filesOf = (folder: string): string[] =>
  readdirSync(join(here, folder)).map((file) => join(here, folder, file));
const isAboutReading = (file: string): boolean => file.endsWith("expose.ts");

/** One rule at a time: most bad examples read secrets, on purpose. */
function linter(rule: "no-secret-sinks" | "expose-secret-only-in", options: readonly unknown[] = []): ESLint {
  return new ESLint({
    cwd: here,
    ignore: false,
    overrideConfigFile: true,
    overrideConfig: {
      files: ["**/*.ts"],
      linterOptions: { noInlineConfig: true },
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: {
          project: "tsconfig.json",
          tsconfigRootDir: here,
          // With CI set it takes a process for a single run of ESLint, and a second run breaks TypeScript.
          disallowAutomaticSingleRunInference: true,
        },
      },
      plugins: { waxseal },
      rules: { [`waxseal/${rule}`]: ["error", ...options] },
    },
  });
}

/** `line: message ids`, for each line that is refused. */
async function refused(eslint: ESLint, files: string[]): Promise<Record<string, string[]>> {
  const results = await eslint.lintFiles(files);
  return Object.fromEntries(
    results.map(({ filePath, messages }) => {
      const byLine = Map.groupBy(messages, (message) => message.line);
      const lines = [...byLine].map(
        ([line, found]) => `${line}: ${found.map((one) => one.messageId).join(" ")}`,
      );
      return [filePath.slice(here.length + 1), lines];
    }),
  );
}

/** The same, as the comments `// refused: id id` say it should be. */
function marked(files: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    files.map((file) => {
      const lines = readFileSync(file, "utf8").split("\n");
      const marks = lines.flatMap((line, index) => {
        const ids = /\/\/ refused: ([\w ]+)$/.exec(line)?.[1];
        return ids === undefined ? [] : [`${index + 1}: ${ids}`];
      });
      return [file.slice(here.length + 1), marks];
    }),
  );
}

describe("waxseal/no-secret-sinks", () => {
  const bad = filesOf("bad").filter((file) => !isAboutReading(file));

  test("refuses every marked line of the bad examples, for the marked reason, and no other line", async () => {
    const expected = marked(bad);
    expect(Object.values(expected).flat().length).toBeGreaterThan(80);
    expect(await refused(linter("no-secret-sinks"), bad)).toEqual(expected);
  });

  test("lets every near miss pass", async () => {
    const results = await refused(linter("no-secret-sinks"), filesOf("good"));
    expect(results).toEqual({ "good/near-misses.ts": [] });
  });

  test("watches only the kinds of sink that it is given", async () => {
    const strings = [join(here, "bad/strings.ts")];
    expect(await refused(linter("no-secret-sinks", [{ sinks: ["log"] }]), strings)).toEqual({
      "bad/strings.ts": [],
    });
  });
});

describe("waxseal/expose-secret-only-in", () => {
  const bad = filesOf("bad").filter(isAboutReading);

  test("refuses every way to name exposeSecret in a file that is not listed", async () => {
    expect(await refused(linter("expose-secret-only-in"), bad)).toEqual(marked(bad));
  });

  test("allows it in a listed file", async () => {
    const listed = linter("expose-secret-only-in", [{ files: ["bad/*.ts"] }]);
    expect(await refused(listed, bad)).toEqual({ "bad/expose.ts": [] });
  });
});

test("the project's own configuration turns both rules on where secrets are", async () => {
  const eslint = new ESLint({ cwd: join(here, "../..") });
  for (const file of ["lib/kms/retry.ts", "lambdas/save.ts"]) {
    const { rules } = (await eslint.calculateConfigForFile(file)) as { rules: Record<string, [number]> };
    expect(rules["waxseal/no-secret-sinks"]?.[0]).toBe(2);
    expect(rules["waxseal/expose-secret-only-in"]?.[0]).toBe(2);
    expect(rules["no-console"]?.[0]).toBe(2);
  }
});
