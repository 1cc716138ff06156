import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { startForTest } from "../support/local-system.ts";
import { manyUsers, type Outcome } from "../support/many-users.ts";

const users = 50;
const operations = 2000;
let system: LocalSystem;
let outcome: Outcome;

beforeAll(async () => {
  system = await startForTest();
  outcome = await manyUsers(system, users, operations);
}, 240_000);
afterAll(() => system.close());

test("two thousand saves and uses by fifty people at once: none fails, none is lost", () => {
  expect(outcome.failures).toEqual([]);
  expect(outcome.saves + outcome.uses).toBe(operations);
  expect(outcome.items).toHaveLength(users);
});

test("none is mixed up: each use sends the key that this person had just saved", () => {
  expect(outcome.mixedUp).toBe(0);
});

test("every change was counted once", () => {
  const perUser = operations / users;
  // A save, which asks whether the provider takes the key, and a use: two changes for each pair.
  for (const item of outcome.items) expect(item["changeSeq"]).toBe(perUser);
});

test("CloudTrail has one GenerateDataKey for each save and one Decrypt for each use", () => {
  const names = system.cloudTrailRecords().map(({ eventName }) => eventName);
  expect(names.filter((name) => name === "GenerateDataKey")).toHaveLength(outcome.saves);
  expect(names.filter((name) => name === "Decrypt")).toHaveLength(outcome.uses);
  expect(names).toHaveLength(operations);
});
