import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
let folder: string;

/** As a user has it: the declarations below `dist/package`, with the package's dependencies within reach. */
beforeAll(() => {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "waxseal-types-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const { config } = ts.readConfigFile(join(root, "tsconfig.web.json"), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([join(root, "web/client/index.ts")], { ...options, outDir: folder });
  expect(problemsOf(program)).toEqual([]);
  program.emit();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function problemsOf(program: ts.Program): string[] {
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName.replace(root, "") ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** What a front end's compiler says of this text: a browser's types, none of Node's, and every declaration looked at. */
function compiled(name: string, text: string): string[] {
  const file = join(folder, name);
  writeFileSync(file, `import { createClient, type SaveRequest } from "./web/client/index.js";\n${text}`);
  return problemsOf(
    ts.createProgram([file], {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2024.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      types: [],
    }),
  );
}

test("the client's published types are those of the schemas, for whoever has no types of Node", () => {
  const good = `const request: SaveRequest = { apiKey: "x", label: "y", verify: false };
    const client = createClient({ baseUrl: "https://keys.example" });
    const answer = await client.save({ provider: "openai" }, request);
    export const said: "valid" | "could_not_tell" | "not_asked" = answer.verification;
    export const keys = (await client.list()).map((one) => (one.state === "unreadable" ? "" : one.health.status));
    export const pattern: string | undefined = (await client.providers())[0]?.keyPattern;`;
  expect(compiled("good.ts", good)).toEqual([]);
  const [wrong = "", ...others] = compiled("bad.ts", "export const request: SaveRequest = { apiKey: 1 };");
  expect(wrong).toContain("Type 'number' is not assignable to type 'string'");
  expect(others).toEqual([]);
});
