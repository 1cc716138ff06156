import { defineConfig } from "vitest/config";

/** `npm run test:soak`: longer runs, apart from `npm test`. No round begins after `WAXSEAL_SOAK_SECONDS` (default 60). */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.soak.ts"],
    globalSetup: "test/runner/bundles.ts",
    testTimeout: 900_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
