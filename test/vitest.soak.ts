import { defineConfig } from "vitest/config";

/**
 * `npm run test:soak`: longer runs, apart from `npm test`. No round begins after `WAXSEAL_SOAK_SECONDS` (default 60);
 * the audit's makes `WAXSEAL_SOAK_OPERATIONS` operations (default 2,000, and 50,000 with `npm run test:soak:audit`).
 */
export default defineConfig(({ mode }) => ({
  test: {
    include: ["test/soak/**/*.soak.ts"],
    globalSetup: "test/runner/bundles.ts",
    env: {
      WAXSEAL_SOAK_OPERATIONS:
        process.env["WAXSEAL_SOAK_OPERATIONS"] ?? (mode === "whole" ? "50000" : "2000"),
    },
    testTimeout: 900_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
}));
