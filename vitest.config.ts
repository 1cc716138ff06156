import { defineConfig } from "vitest/config";

/** The tests of `npm test`. Longer runs are in `test/vitest.soak.ts`. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/soak/**", "test/**/fixtures/**", "node_modules/**"],
    // Starting the local system or type-aware lint takes seconds on a busy machine with two cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A run must not be green because of a forgotten `.only`.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
