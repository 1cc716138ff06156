import { describe, expect, test } from "vitest";
import { eventsPerBatch, monthlyCost, type CostQuestion } from "../../../lib/cost/cost.ts";
import { prices } from "../../../lib/cost/prices.ts";

const question: CostQuestion = {
  uses: 1_000_000,
  records: 0,
  trail: "off",
  isProduction: false,
  providerSeconds: 2.95,
  batchSeconds: 5,
};
const usdOf = (asked: Partial<CostQuestion>, group: string, what: string) =>
  monthlyCost({ ...question, ...asked }).lines.find((one) => one.group === group && one.what === what)?.usd;

describe("a month's cost", () => {
  test("of a million uses is what AWS's price lists say of what they count", () => {
    expect(usdOf({}, "use", "API Gateway")).toBeCloseTo(3.5);
    expect(usdOf({}, "use", "KMS")).toBeCloseTo(3);
    // 3 s of half a GB.
    expect(usdOf({}, "use", "proxy: as long as the provider answers")).toBeCloseTo(1_500_000 * 0.0000133334);
    expect(usdOf({}, "use", "claim in the record")).toBeCloseTo(2 * 0.625);
    expect(usdOf({}, "audit", "events, with their indexes")).toBeCloseTo(3 * 0.625);
  });

  test("has CloudTrail's events only with a trail of the stack's own, and a witness only with a trail", () => {
    const second = (trail: CostQuestion["trail"]) => usdOf({ trail }, "witness", "CloudTrail, a second copy");
    expect([second("off"), second("existing"), second("create")]).toEqual([undefined, 0, 20]);
    expect(monthlyCost(question).totals.witness).toBe(0);
    expect(usdOf({ trail: "existing" }, "witness", "ledger")).toBeCloseTo(0.625);
  });

  test("of a stage in which nothing happens is what is idle, at most 5 dollars beside the account's ten free alarms", () => {
    for (const isProduction of [false, true])
      for (const trail of ["off", "create", "existing"] as const) {
        const { totals } = monthlyCost({ ...question, uses: 0, isProduction, trail });
        expect(totals.all).toBeCloseTo(totals.idle);
        expect(totals.all).toBeGreaterThan(1);
        expect(totals.all - 10 * prices.alarm.usd).toBeLessThanOrEqual(5);
      }
  });

  test("is the sum of its groups, each the sum of its lines", () => {
    const { lines, totals } = monthlyCost({ ...question, records: 1e6, trail: "create", isProduction: true });
    const { all, ...groups } = totals;
    expect(Object.values(groups).reduce((sum, usd) => sum + usd)).toBeCloseTo(all);
    expect(lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(all);
    for (const { price, quantity, usd } of lines) expect(usd).toBeCloseTo(quantity * prices[price].usd);
  });
});

test("a batch has the event that opened it, what its lane gets while it waits, and no more than a hundred", () => {
  expect(eventsPerBatch(0, 5)).toBe(1);
  expect(eventsPerBatch(16, 5)).toBe(6);
  expect(eventsPerBatch(16, 0)).toBe(1);
  expect(eventsPerBatch(1e6, 60)).toBe(100);
});
