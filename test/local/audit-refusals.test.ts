import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultSettings } from "../../lib/settings.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands } from "../support/audit.ts";
import { CANARY, canaryKey, Person, startForTest } from "../support/local-system.ts";

let system: LocalSystem;
let hands: AuditHands;

beforeAll(async () => {
  const limits = { ...defaultSettings.limits, save: "1/hour" } as const;
  system = await startForTest({
    audited: true,
    settings: { limits, trail: "off", checkpointSchedule: "off" },
  });
  hands = new AuditHands(system);
});
afterAll(() => system.close());

async function refusals() {
  await system.streamsSettled();
  const events = await hands.items("AuditLogTable");
  return events.filter(({ recordId }) => String(recordId).startsWith("intake-refused-"));
}

test("what is refused by a limit, or for want of a provider key, is an event, and of what is alike one a minute", async () => {
  const ada = await Person.named(system, "ada");
  for (let use = 0; use < 3; use += 1) expect((await ada.chat()).status).toBe(404);
  expect((await ada.save(canaryKey("openai"))).status).toBe(200);
  for (let save = 0; save < 3; save += 1) expect((await ada.save(canaryKey("openai"))).status).toBe(429);
  const found = await refusals();
  const kinds = new Set(found.map(({ type, details }) => JSON.stringify([type, details])));
  expect([...kinds].toSorted()).toEqual([
    '["denied",{"reason":"PROVIDER_KEY_NOT_FOUND"}]',
    '["rate_limited",{"limit":"save"}]',
  ]);
  // The minute may have ended in between.
  expect(found.length).toBeLessThanOrEqual(4);
  expect(new Set(found.map(({ ownerId }) => ownerId)).size).toBe(1);
  expect(JSON.stringify(found)).not.toContain(CANARY);
});
