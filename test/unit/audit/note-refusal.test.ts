import { expect, test } from "vitest";
import type { IntakeEntry } from "../../../lib/audit/intake.ts";
import { entryOf, refusalNoter, type Refusal } from "../../../lib/audit/note-refusal.ts";
import { errorCodes, WaxsealError } from "../../../lib/errors.ts";

const now = new Date("2026-11-25T10:03:04.500Z");
const who = { ownerId: "owner", actor: "actor", caller: "provider-proxy", requestId: "request" };
const limited = (name: string, subject = "h".repeat(43)) =>
  new WaxsealError("RATE_LIMITED", { limit: { name, subject } });
const refusal = (error: WaxsealError, more: Partial<Refusal> = {}): Refusal => ({
  error,
  who,
  isUse: true,
  ...more,
});

function noter() {
  const entered: IntakeEntry[] = [];
  const failures: unknown[] = [];
  const state = { now, fails: false };
  const enter = (entry: IntakeEntry) => {
    if (state.fails) return Promise.reject(new WaxsealError("STORE_UNAVAILABLE"));
    entered.push(entry);
    return Promise.resolve();
  };
  const note = refusalNoter(
    { enter },
    () => state.now,
    (aws) => failures.push(aws),
  );
  return { entered, failures, state, note };
}

test("a request above its limit is entered with its limit and who it was, under an id that says neither", () => {
  const { intakeId, ...entry } = entryOf(refusal(limited("save")), now) ?? {};
  expect(entry).toEqual({ type: "rate_limited", at: now.toISOString(), ...who, details: { limit: "save" } });
  expect(intakeId).toMatch(/^refused-[\w-]{22}$/);
});

test("failed authentications in bulk are entered by their source, hashed, and of nobody", () => {
  const unknown = { caller: "list", requestId: "request" };
  const { intakeId: _id, ...entry } =
    entryOf(refusal(limited("failedAuthentication"), { who: unknown }), now) ?? {};
  const details = { source: "h".repeat(43) };
  expect(entry).toEqual({
    type: "authentication_failed_in_bulk",
    at: now.toISOString(),
    ...unknown,
    details,
  });
});

test("who may not act, and a provider key that may not be used, are entered as denied, with the reason", () => {
  for (const code of [
    "NOT_ALLOWED_TO_ACT",
    "PROVIDER_KEY_NOT_FOUND",
    "PROVIDER_KEY_DISABLED",
    "PROVIDER_KEY_EXPIRED",
  ] as const)
    expect(entryOf(refusal(new WaxsealError(code)), now)).toMatchObject({
      type: "denied",
      details: { reason: code },
    });
});

test("a save that the provider refused is entered with provider and name, once a minute for each", async () => {
  const rejected = (provider: string, slotName: string) =>
    refusal(new WaxsealError("PROVIDER_KEY_REJECTED", { provider, slotName }), { isUse: false });
  const { intakeId: _id, ...entry } = entryOf(rejected("openai", "work"), now) ?? {};
  const details = { reason: "PROVIDER_KEY_REJECTED", provider: "openai", name: "work" };
  expect(entry).toEqual({ type: "denied", at: now.toISOString(), ...who, details });
  const one = noter();
  for (const name of ["work", "home", "work"]) await one.note(rejected("openai", name));
  await one.note(rejected("google", "work"));
  expect(one.entered).toHaveLength(3);
});

test("no other error is entered, nor that there is nothing to remove", () => {
  const entered = errorCodes.filter((code) => entryOf(refusal(new WaxsealError(code)), now));
  expect(entered.toSorted()).toEqual([
    ...["NOT_ALLOWED_TO_ACT", "PROVIDER_KEY_DISABLED", "PROVIDER_KEY_EXPIRED", "PROVIDER_KEY_NOT_FOUND"],
    "PROVIDER_KEY_REJECTED",
  ]);
  expect(entryOf(refusal(new WaxsealError("PROVIDER_KEY_NOT_FOUND"), { isUse: false }), now)).toBeUndefined();
});

test("of those alike one is entered a minute, whichever process sees them; what is not alike each", async () => {
  const [one, other] = [noter(), noter()];
  for (let times = 0; times < 3; times += 1) await one.note(refusal(limited("save")));
  await other.note(refusal(limited("save")));
  expect(one.entered).toHaveLength(1);
  expect(other.entered[0]?.intakeId).toBe(one.entered[0]?.intakeId);
  await one.note(refusal(limited("remove")));
  await one.note(refusal(limited("save", "another")));
  await one.note(refusal(new WaxsealError("PROVIDER_KEY_DISABLED")));
  await one.note(refusal(new WaxsealError("PROVIDER_KEY_DISABLED"), { who: { ...who, ownerId: "another" } }));
  one.state.now = new Date("2026-11-25T10:04:00.000Z");
  await one.note(refusal(limited("save")));
  expect(new Set(one.entered.map(({ intakeId }) => intakeId)).size).toBe(6);
});

test("what could not be entered is reported, throws nothing, and is tried again with the next", async () => {
  const one = noter();
  one.state.fails = true;
  await one.note(refusal(limited("save")));
  one.state.fails = false;
  await one.note(refusal(limited("save")));
  expect([one.failures.length, one.entered.length]).toEqual([1, 1]);
});

test("a thousand kinds of refusals are remembered, and no more", async () => {
  const one = noter();
  for (let subject = 0; subject < 1_001; subject += 1)
    await one.note(refusal(limited("save", String(subject))));
  await one.note(refusal(limited("save", "1000")));
  expect(one.entered).toHaveLength(1_001);
  await one.note(refusal(limited("save", "0")));
  expect(one.entered).toHaveLength(1_002);
});
