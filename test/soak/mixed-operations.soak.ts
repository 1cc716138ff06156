import { expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import { mixedOperations } from "../support/mixed-operations.ts";
import { startForTest, storedItems } from "../support/local-system.ts";

const users = 100;
const operations = 10_000;

/** Rounds of ten thousand until the time is up; at least one. */
test("ten thousand mixed operations by a hundred people over five providers: none lost, none mixed up", async () => {
  const end = Date.now() + Number(process.env["WAXSEAL_SOAK_SECONDS"] ?? 60) * 1000;
  // What is counted is what the operations change; what the first use then notes of a key's health is one of them.
  const system = await startForTest({ settings: { verifyOnSave: "off" } });
  try {
    for (let round = 0; round === 0 || Date.now() < end; round += 1) {
      const started = Date.now();
      const recordsBefore = system.cloudTrailRecords().length;
      const outcome = await mixedOperations(system, users, operations, round);
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stdout.write(
        `round ${String(round)}: ${JSON.stringify(outcome.operations)} in ${String(seconds)} s\n`,
      );
      // The first ones: what follows from them would hide them.
      expect(outcome.surprises.slice(0, 5)).toEqual([]);

      const stored = new Map((await storedItems(system)).map((item) => [addressOf(item), item]));
      let uses = 0;
      for (const [subjectAndSlot, expected] of outcome.expected) {
        const [subject = "", slot = ""] = subjectAndSlot.split(" ");
        const item = stored.get(addressOf({ ownerId: ownerIdOf(`${system.api}/local`, subject), slot }));
        const { state, changes, uses: useCount } = expected;
        expect(item).toMatchObject({ state, changeSeq: changes, useCount });
        expect("ciphertext" in (item ?? {})).toBe(state !== "removed");
        uses += useCount;
      }
      expect(outcome.expected.size).toBeGreaterThan(users);
      const names = system
        .cloudTrailRecords()
        .slice(recordsBefore)
        .map(({ eventName }) => eventName);
      expect(names.filter((name) => name === "GenerateDataKey")).toHaveLength(
        outcome.operations["save"] ?? 0,
      );
      // Some uses are of records that were saved anew since, so that their count began again.
      expect(names.filter((name) => name === "Decrypt").length).toBeGreaterThanOrEqual(uses);
    }
  } finally {
    await system.close();
  }
});

function addressOf(item: Record<string, unknown>): string {
  return `${String(item["ownerId"])} ${String(item["slot"])}`;
}
