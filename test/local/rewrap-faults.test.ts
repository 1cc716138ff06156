import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Faults } from "../../local/aws/faults.ts";
import { AwsError } from "../../local/aws/protocol.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { startForTest, storedItems } from "../support/local-system.ts";
import { openAll, sealedParts, seedRecords, type Seeded } from "../support/records.ts";
import { currentMaterial, rotateMaterial } from "../support/rewrap-run.ts";

const RECORDS = 300;

let system: LocalSystem;
let seeded: Seeded[];
let faults: Faults | undefined;
let injected = { kms: 0, refused: 0, lost: 0 };

beforeAll(async () => {
  system = await startForTest({ faults: (call, service) => faults?.(call, service) });
  seeded = await seedRecords(system, RECORDS);
});
afterAll(() => system.close());

/** The same in every run: a test that fails by chance is worth nothing. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** KMS throttles three calls in ten; of twenty calls of DynamoDB one fails, half of them after they were carried out. */
function trouble(): Faults {
  const chance = chances(20261125);
  return (_call, service) => {
    if (service === "kms" && chance() < 0.3) {
      injected.kms += 1;
      return { when: "before", error: new AwsError("ThrottlingException", "Rate exceeded") };
    }
    if (service !== "dynamodb" || chance() >= 0.05) return undefined;
    const when = chance() < 0.5 ? "before" : "after";
    injected[when === "before" ? "refused" : "lost"] += 1;
    return { when, error: new AwsError("InternalServerError", "", { status: 500 }) };
  };
}

describe("with KMS throttling 30 % of all calls, and DynamoDB failing 5 %", () => {
  test("a rewrap completes, its report is exact, and every record was changed exactly once", async () => {
    const before = await sealedParts(system);
    await rotateMaterial(system);
    injected = { kms: 0, refused: 0, lost: 0 };
    faults = trouble();
    const { code, json, stderr } = await runCommand(system, ["rewrap", "--json", "--share", "90"]);
    faults = undefined;
    expect({ code, json }, stderr).toMatchObject({
      code: 0,
      json: {
        ...{ scanned: RECORDS, rewrapped: RECORDS, alreadyCurrent: 0, moved: 0, failed: 0 },
        complete: true,
      },
    });
    for (const count of Object.values(injected)) expect(count).toBeGreaterThan(5);

    const material = await currentMaterial(system);
    const items = await storedItems(system);
    expect(items.filter(({ keyMaterialId }) => keyMaterialId !== material)).toEqual([]);
    expect(new Set(items.map(({ changeSeq }) => changeSeq))).toEqual(new Set([2]));
    expect(await sealedParts(system)).toEqual(before);
    expect(await openAll(system, seeded)).toEqual({ opened: RECORDS, failed: [] });
  });

  test("a census is right", async () => {
    faults = trouble();
    const { code, json } = await runCommand(system, ["census", "--json"]);
    faults = undefined;
    expect(code).toBe(0);
    expect(json).toMatchObject({ total: RECORDS, active: RECORDS, behind: 0 });
  });
});
