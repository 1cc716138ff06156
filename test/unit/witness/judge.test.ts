import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KmsCall } from "../../../lib/witness/call.ts";
import { explain, mayBeAttempt } from "../../../lib/witness/explain.ts";
import { judgeAgain, takeCall, type JudgePorts } from "../../../lib/witness/judge.ts";
import { entryIdOf } from "../../../lib/witness/ledger-entry.ts";
import { settled } from "../../../lib/witness/verdict.ts";
import { isClaimType, type WitnessEvent } from "../../../lib/witness/witness-event.ts";
import { WitnessWorld } from "../../support/witness-world.ts";
import { call, claim, context, reEncrypt, roleArn, roles, rules, sessionOf, useId } from "./calls.ts";
import { worldSettings } from "./settings.ts";

function judgePorts(world: WitnessWorld): JudgePorts {
  return { ...world.ports, rules };
}

async function settleAll(world: WitnessWorld): Promise<void> {
  for (const watch of ["pending", "overdue"] as const)
    for await (const at of world.ledger.watched(watch, "9")) {
      const entry = await world.ledger.get(at);
      if (entry) await judgeAgain(judgePorts(world), entry, true);
    }
}

describe("a call in the ledger", () => {
  test("is explained at once where its claim is there, and nobody is told", async () => {
    const world = new WitnessWorld(worldSettings());
    const one = call();
    world.record(one, claim);
    expect(await takeCall(judgePorts(world), one)).toMatchObject({ status: "explained", reason: "claim" });
    expect([world.alarms, world.entered.size]).toEqual([[], 0]);
  });

  test("waits for its claim until the grace time is over; then it is a ticket, and explained late after all", async () => {
    const world = new WitnessWorld(worldSettings());
    const one = call({ eventID: "late" });
    const entry = await takeCall(judgePorts(world), one);
    expect(entry.status).toBe("pending");
    expect((await judgeAgain(judgePorts(world), entry, false)).status).toBe("pending");
    expect(world.alarms).toEqual([]);
    await settleAll(world);
    expect(world.alarms).toEqual(["DECRYPTION_WITHOUT_CLAIM"]);
    world.record(one, claim);
    await settleAll(world);
    expect(world.ledger.verdicts()).toEqual({ late: "explained claim" });
    expect(world.enteredOf("decryption_explained_late").map(({ details }) => details?.["eventId"])).toEqual([
      "late",
    ]);
  });

  test("that nothing could explain is reported at once, with who it was and the request; once, however often it comes", async () => {
    const world = new WitnessWorld(worldSettings());
    const by = sessionOf(roleArn("Stranger"), "mallory");
    const one = call({ by, requestID: "the-request", eventID: "the-event" });
    for (let times = 0; times < 3; times += 1) await takeCall(judgePorts(world), one);
    expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
    expect(world.enteredOf("decryption_unaccounted")).toEqual([
      {
        intakeId: "unaccounted-the-event",
        type: "decryption_unaccounted",
        at: "2026-11-25T10:00:01.000Z",
        ownerId: context.ownerId,
        details: expect.objectContaining({
          kmsRequestId: "the-request",
          principal: roleArn("Stranger"),
          session: "arn:aws:sts::123456789012:assumed-role/Stranger/mallory",
          reason: "foreign_principal",
          operation: "Decrypt",
          slot: context.slot,
        }) as Record<string, string>,
      },
    ]);
  });

  test("is reported again where the process ended before that was noted", async () => {
    const world = new WitnessWorld(worldSettings());
    const ports = judgePorts(world);
    const ending = { ...ports.report, unaccounted: () => Promise.reject(new Error("killed")) };
    const one = call({ use: "" });
    await expect(takeCall({ ...ports, report: ending }, one)).rejects.toThrow("killed");
    expect([...world.ledger.entries.values()]).toMatchObject([{ status: "pending" }]);
    await settleAll(world);
    expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
    expect(world.ledger.verdicts()).toEqual({ [one.callId]: "unaccounted no_use_id" });
  });

  test("a second call of the same attempt is reported, and the first stays explained", async () => {
    const world = new WitnessWorld(worldSettings());
    const [first, second] = [call({ eventID: "1" }), call({ eventID: "2", at: "2026-11-25T10:00:05Z" })];
    world.record(first, claim);
    for (const one of [first, second]) await takeCall(judgePorts(world), one);
    expect(world.ledger.verdicts()).toEqual({ 1: "explained claim", 2: "unaccounted attempt_repeated" });
  });

  test("so it is where the second came first", async () => {
    const world = new WitnessWorld(worldSettings());
    const [first, second] = [call({ eventID: "1" }), call({ eventID: "2", at: "2026-11-25T10:00:05Z" })];
    world.record(first, claim);
    await takeCall(judgePorts(world), second);
    expect(world.ledger.verdicts()).toEqual({ 2: "explained claim" });
    await takeCall(judgePorts(world), first);
    expect(world.ledger.verdicts()).toEqual({ 1: "explained claim", 2: "unaccounted attempt_repeated" });
  });

  test("a foreigner's copy of a use id does not take the real call's place, though it is earlier", async () => {
    const world = new WitnessWorld(worldSettings());
    const [copy, real] = [call({ eventID: "1", by: sessionOf(roles.save) }), call({ eventID: "2" })];
    world.record(real, claim);
    for (const one of [copy, real]) await takeCall(judgePorts(world), one);
    expect(world.ledger.verdicts()).toEqual({ 1: "unaccounted foreign_principal", 2: "explained claim" });
  });

  test("the attempts of a claim after KMS did not answer in time are all explained", async () => {
    const world = new WitnessWorld(worldSettings());
    const attempts = [1, 2, 3].map((n) => call({ use: `${useId}.${n}`, at: `2026-11-25T10:00:0${n * 3}Z` }));
    const throttled = call({ errorCode: "ThrottlingException" });
    world.record(call(), claim);
    for (const one of [throttled, ...attempts]) await takeCall(judgePorts(world), one);
    expect(Object.values(world.ledger.verdicts()).toSorted()).toEqual([
      ...["explained claim", "explained claim", "explained claim", "explained failed_attempt"],
    ]);
    expect(world.alarms).toEqual([]);
  });

  test("a copy of a record that says otherwise hides nothing: both are judged", async () => {
    const world = new WitnessWorld(worldSettings());
    const by = sessionOf(roleArn("Stranger"));
    const forged = call({ by, use: "", requestID: "r", eventID: "e", errorCode: "AccessDenied" });
    const real = call({ by, use: "", requestID: "r", eventID: "e" });
    for (const one of [forged, real]) await takeCall(judgePorts(world), one);
    expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
  });
});

/** Calls of a claim or two: real ones, retried, repeated, copied, forged, late ones; and others. */
const someCalls = fc.array(
  fc.record({
    use: fc.constantFrom(`${useId}.1`, `${useId}.2`, `${useId}.7`, `${useId.replace("use", "USE")}.1`, ""),
    by: fc.constantFrom(roles.proxy, roles.proxy, roles.proxy, roles.save, roleArn("Stranger")),
    second: fc.integer({ min: 0, max: 9 }),
    slot: fc.constantFrom(context.slot, context.slot, context.slot, "google/default"),
    errorCode: fc.constantFrom(undefined, undefined, undefined, "ThrottlingException"),
    operation: fc.constantFrom("Decrypt", "Decrypt", "Decrypt", "GenerateDataKey", "ReEncrypt"),
  }),
  { minLength: 1, maxLength: 8 },
);
type Some = Parameters<Parameters<typeof someCalls.map>[0]>[0][number];

function made({ use, by, second, slot, errorCode, operation }: Some, index: number): KmsCall {
  const options = {
    ...{ use, eventName: operation, at: `2026-11-25T10:00:0${second}Z`, context: { ...context, slot } },
    ...(errorCode !== undefined && { errorCode }),
    ...{ eventID: `event-${index}`, requestID: `request-${index}` },
  };
  if (operation === "ReEncrypt") return reEncrypt({ ...options, use: "", to: options.context });
  return call({ ...options, by: sessionOf(operation === "GenerateDataKey" ? roles.save : by) });
}

/** What each call is when everything is there: of each attempt the first by time and id. */
function expectedOf(calls: readonly KmsCall[], eventOf: (one: KmsCall) => WitnessEvent | undefined) {
  const isFirst = (one: KmsCall) =>
    !calls.some(
      (other) =>
        other.callId !== one.callId &&
        other.use?.useId === one.use?.useId &&
        other.use?.attempt === one.use?.attempt &&
        mayBeAttempt(other, rules) &&
        entryIdOf(other) < entryIdOf(one),
    );
  return Object.fromEntries(
    calls.map((one) => {
      const judgement = settled(explain(one, { isFirst: isFirst(one), event: eventOf(one) }, rules), true);
      return [one.callId, `${judgement.status} ${"reason" in judgement ? judgement.reason : ""}`];
    }),
  );
}

test("whatever comes in whichever order, twice, late or at once, the verdicts are in the end the same", async () => {
  const isKnown = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
  const order = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
  const property = fc.asyncProperty(someCalls, isKnown, order, async (some, known, numbers) => {
    const calls = some.map(made);
    const eventOf = (one: KmsCall): WitnessEvent | undefined => {
      const type =
        { GenerateDataKey: "key_saved", ReEncrypt: "key_rewrapped" }[one.operation as string] ?? "key_used";
      if (one.operation === "Decrypt" && !one.use) return undefined;
      const index =
        one.operation === "Decrypt" ? Number(one.use?.useId !== useId) : Number(one.callId.slice(6)) % 8;
      return known[index] ? { ...claim, type } : undefined;
    };
    const world = new WitnessWorld(worldSettings());
    const steps: (() => Promise<unknown>)[] = calls.flatMap((one) => {
      const deliver = () => takeCall(judgePorts(world), one);
      const event = eventOf(one);
      const happen = async () => {
        if (event) world.record(one, event);
      };
      return [deliver, deliver, happen, () => settleAll(world)];
    });
    const shuffled = steps
      .map((step, index) => ({ step, at: numbers[index] ?? 0 }))
      .toSorted((a, b) => a.at - b.at);
    // Some at once, as of several files.
    for (let at = 0; at < shuffled.length; at += 4)
      await Promise.all(shuffled.slice(at, at + 4).map(({ step }) => step()));
    await settleAll(world);
    await settleAll(world);
    expect(world.ledger.verdicts()).toEqual(expectedOf(calls, eventOf));
    const unaccounted = Object.entries(world.ledger.verdicts()).filter(([, verdict]) =>
      verdict.startsWith("una"),
    );
    const told = new Set(
      world.enteredOf("decryption_unaccounted").map(({ details }) => details?.["eventId"]),
    );
    for (const [id] of unaccounted) expect(told).toContain(id);
  });
  await fc.assert(property, { numRuns: 150 });
  expect(isClaimType("key_used")).toBe(true);
}, 120_000);
