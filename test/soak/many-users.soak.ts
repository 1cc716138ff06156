import { expect, test } from "vitest";
import { startForTest } from "../support/local-system.ts";
import { manyUsers } from "../support/many-users.ts";

/** Rounds of two thousand operations by fifty people until the time is up; at least one. */
test("rounds of saves and uses by fifty people: none fails, none is lost, none is mixed up", async () => {
  const end = Date.now() + Number(process.env["WAXSEAL_SOAK_SECONDS"] ?? 60) * 1000;
  const system = await startForTest();
  let rounds = 0;
  try {
    do {
      const { failures, mixedUp, items } = await manyUsers(system, 50, 2000);
      rounds += 1;
      expect([failures, mixedUp, items.length]).toEqual([[], 0, 50]);
    } while (Date.now() < end);
    expect(system.cloudTrailRecords()).toHaveLength(rounds * 2000);
  } finally {
    await system.close();
  }
});
