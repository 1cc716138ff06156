import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The tests of `npm test`. Longer runs are in `test/vitest.soak.ts`. */
export default defineConfig({
  resolve: {
    // The examples import the package as its users do; the tests run them over the sources.
    alias: {
      "waxseal/acting": source("lib/acting/index.ts"),
      "waxseal/client": source("web/client/index.ts"),
      waxseal: source("lib/index.ts"),
    },
  },
  test: {
    // Each with a set-up of its own, which is run only if one of its tests is.
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", "test/soak/**", "test/**/fixtures/**", "node_modules/**"],
          globalSetup: "test/runner/bundles.ts",
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/browser/support/browser-server.ts",
        },
      },
    ],
    // Vitest leaves one core alone; of two that is half.
    maxWorkers: "100%",
    // Starting the local system or type-aware lint takes seconds on a busy machine with two cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A run must not be green because of a forgotten `.only`.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
