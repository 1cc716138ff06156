import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { waxseal } from "./test/lint/rules/index.ts";

/** The only files that may read the plaintext of a `Secret`. Adding one is a security review. */
const exposingFiles = [
  "lib/envelope/envelope.ts",
  // What an owner takes with them, in plaintext: one line of a private file, under the role of the job `export`.
  "lib/export/plaintext-line.ts",
  "lib/providers/clean.ts",
  "lib/proxy/authorize.ts",
  "lib/proxy/scrub.ts",
];

const code = ["lib", "lambdas", "infra", "local", "web", "test", "bench"].map(
  (folder) => `${folder}/**/*.ts`,
);

export default defineConfig(
  // The bad examples are refused on purpose; `test/lint/rules.test.ts` lints them.
  { ignores: ["dist/", "cdk.out/", "coverage/", ".waxseal/", "test/lint/bad/"] },
  eslint.configs.recommended,
  {
    files: code,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { waxseal },
    rules: {
      // Numbers print as one expects; everything else in a template string is still refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => emit(x)` and `return answer(x)` with a void result are how callbacks are written here.
      "@typescript-eslint/no-confusing-void-expression": "off",
      // Ports are promises by type; an implementation in memory has nothing to await.
      "@typescript-eslint/require-await": "off",
      // A leading underscore says that a parameter is there for the signature.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Index signatures are read as `record["name"]`: one sees that the field is not declared.
      "@typescript-eslint/dot-notation": "off",
      "waxseal/expose-secret-only-in": ["error", { files: [...exposingFiles, "test/**"] }],
    },
  },
  {
    files: ["lib/**/*.ts", "lambdas/**/*.ts", "infra/**/*.ts", "web/**/*.ts"],
    rules: { "waxseal/no-secret-sinks": "error" },
  },
  {
    // The logger is the only way out of the functions; in a browser there is none.
    files: ["lib/**/*.ts", "lambdas/**/*.ts", "web/**/*.ts"],
    rules: { "no-console": "error" },
  },
  {
    // Where a provider key is made a header, or the client's request, the string is the purpose.
    files: [...exposingFiles, "web/client/send.ts"],
    rules: { "waxseal/no-secret-sinks": ["error", { sinks: ["log", "error"] }] },
  },
  {
    // The local AWS endpoint answers with data keys in JSON, as KMS does; it must not print them.
    files: ["local/**/*.ts", "bench/**/*.ts"],
    rules: { "waxseal/no-secret-sinks": ["error", { sinks: ["log"] }] },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // In a test a missing element is a failed test, and says so.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["**/*.js"], languageOptions: { globals: { process: "readonly", URL: "readonly" } } },
  { files: ["docs/examples/plain-page/*.js"], languageOptions: { globals: { document: "readonly" } } },
);
