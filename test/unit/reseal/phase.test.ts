import { describe, expect, test } from "vitest";
import { phaseOf, type MigrationState } from "../../../lib/reseal/phase.ts";

const cbc = "A256CBC-HS512";
const gcm = "A256GCM";
const state = (changes: Partial<MigrationState>): MigrationState => ({
  ...{ stage: "prod", to: gcm, writeSuite: cbc, readSuites: [cbc, gcm], bySuite: { [cbc]: 5 }, jobs: [] },
  ...changes,
});
const forward = { writeSuite: gcm, readSuites: [cbc, gcm] } as const;

describe("a migration says where it is, and the one setting or command that is next:", () => {
  test.each([
    { phase: 0, given: { readSuites: [cbc] }, next: `-c readSuites=${cbc},${gcm}` },
    { phase: 1, given: {}, next: `-c writeSuite=${gcm}` },
    { phase: 2, given: forward, next: "-c jobs=reseal" },
    { phase: 2, given: { ...forward, jobs: ["import"] }, next: "-c jobs=import,reseal" },
    { phase: 3, given: { ...forward, jobs: ["reseal"] }, next: "waxseal migrate run" },
    { phase: 3, given: { ...forward, jobs: ["reseal"], failed: 2 }, next: "Move 5 records" },
    { phase: 3, given: { ...forward, jobs: ["reseal"], failed: 5 }, next: "5 records did not open" },
    { phase: 3, given: { ...forward, bySuite: { [gcm]: 5 } }, next: `-c readSuites=${gcm}` },
    { phase: 4, given: { writeSuite: gcm, readSuites: [gcm], bySuite: {} }, next: "Nothing" },
    {
      phase: 4,
      given: { writeSuite: gcm, readSuites: [gcm], bySuite: { [gcm]: 5 }, jobs: ["reseal", "export"] },
      next: "-c jobs=export",
    },
    {
      phase: 4,
      given: { writeSuite: gcm, readSuites: [gcm], bySuite: { [cbc]: 1, [gcm]: 5 } },
      next: `1 record cannot be opened: read their suite again, and move them: npx cdk deploy -c stage=prod -c readSuites=${cbc},${gcm}`,
    },
  ] as const)("phase $phase, $next", ({ phase, given, next }) => {
    const found = phaseOf(state(given));
    expect(found.phase).toBe(phase);
    expect(found.next).toContain(next);
    expect(found.next.split("cdk deploy").length).toBeLessThanOrEqual(2);
  });

  test.each([
    { phase: 1, given: forward, next: `-c writeSuite=${cbc}` },
    { phase: 2, given: { bySuite: { [cbc]: 1, [gcm]: 2 } }, next: "-c jobs=reseal" },
    { phase: 3, given: { bySuite: { [gcm]: 2 }, jobs: ["reseal"] }, next: `waxseal migrate run --to ${cbc}` },
    { phase: 3, given: { bySuite: { [cbc]: 2 } }, next: `-c readSuites=${cbc}` },
  ] as const)("back goes the same way: phase $phase, $next", ({ phase, given, next }) => {
    const found = phaseOf(state({ to: cbc, ...given }));
    expect(found.phase).toBe(phase);
    expect(found.next).toContain(next);
  });

  test("no suite is refused while a save from before the deployment may be under way", () => {
    const unsettledUntil = "2026-11-25T10:00:00.000Z";
    const { next } = phaseOf(state({ ...forward, bySuite: { [gcm]: 5 }, unsettledUntil }));
    expect(next).toMatch(/^Look again after 2026-11-25T10:00:00.000Z/);
  });
});
