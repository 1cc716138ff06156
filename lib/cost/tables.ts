/** The tables of `docs/scale.md`, line by line: `waxseal cost --tables` prints them, and a test holds the page against them. */
import { trailModes } from "../audit-settings.ts";
import { defaultSettings } from "../settings.ts";
import { monthlyCost, type CostGroup, type CostQuestion } from "./cost.ts";
import { assumed, measured } from "./counts.ts";
import { prices, pricesAsOf, pricesRegion } from "./prices.ts";

/** A use a day of each. */
const USES_A_MONTH = 30;
const million = 1_000_000;
export const defaultQuestion: CostQuestion = {
  uses: million,
  records: 10_000,
  trail: "off",
  isProduction: false,
  providerSeconds: 3,
  batchSeconds: defaultSettings.auditBatchSeconds,
};

export function costTables(): string[] {
  return [...perMillion(), "", ...idle(), "", ...scale(), "", ...priceTable()];
}

/** What a million uses cost, without an audit and with each kind of it. */
function perMillion(): string[] {
  const costs = trailModes.map((trail) => monthlyCost({ ...defaultQuestion, trail }));
  const { lines = [] } = costs.at(-1) ?? {};
  const rows = lines
    .filter(({ group }) => group === "use" || group === "audit" || group === "witness")
    .map(({ group, what, price }) => [
      group,
      what,
      ...costs.map(({ lines: some }) =>
        dollars(
          some.find((one) => one.group === group && one.what === what && one.price === price)?.usd ?? 0,
        ),
      ),
    ]);
  const parts: readonly CostGroup[] = ["use", "audit", "witness"];
  const totals = costs.map(({ totals: of }) => dollars(parts.reduce((all, group) => all + of[group], 0)));
  const without = dollars(costs[0]?.totals.use ?? 0);
  return markdown([
    ["a million uses", "", ...trailModes.map((trail) => `trail \`${trail}\``)],
    ...rows,
    ["**all**", `without an audit: ${without}`, ...totals],
  ]);
}

function idle(): string[] {
  const rows = [false, true].flatMap((isProduction) =>
    trailModes.map((trail) => {
      const { totals } = monthlyCost({ ...defaultQuestion, uses: 0, records: 0, trail, isProduction });
      return [isProduction ? "production" : "development", `\`${trail}\``, dollars(totals.idle)];
    }),
  );
  return markdown([["an idle stage", "trail", "a month"], ...rows]);
}

function scale(): string[] {
  const sizes = [1_000, 10_000, 100_000, million, 10 * million, 100 * million];
  const rows = sizes.map((records) => {
    const uses = records * USES_A_MONTH;
    const usesPerSecond = uses / assumed.secondsPerMonth;
    const cost = (trail: CostQuestion["trail"]) =>
      monthlyCost({ ...defaultQuestion, uses, records, trail, isProduction: true }).totals;
    const [off, existing] = [cost("off"), cost("existing")];
    const rewrapsPerSecond = (defaultSettings.kmsQuota * defaultSettings.kmsShare) / 100;
    const rewrapUnits = measured.recordUnits + measured.eventUnits;
    const rewrapUsd = records * (prices.kmsRequest.usd + prices.writeUnit.usd * rewrapUnits);
    return [
      grouped(records),
      `${rounded(usesPerSecond)}/s`,
      rounded(Math.max(1, usesPerSecond * (defaultQuestion.providerSeconds + assumed.proxySeconds))),
      `${rounded((records * measured.recordBytes) / 1024 ** 3)} GB`,
      dollars(off.use + off.storage + off.idle),
      dollars(existing.all),
      `${duration(records / rewrapsPerSecond)}, ${dollars(rewrapUsd)}`,
    ];
  });
  return markdown([
    [
      "records",
      "uses",
      "proxies at once",
      "sealed",
      "a month without events and witness",
      "with audit and `existing`",
      "a rewrap of all",
    ],
    ...rows,
  ]);
}

function priceTable(): string[] {
  const rows = Object.entries(prices).map(([name, { usd, unit, source }]) => [
    `\`${name}\``,
    `$${Number((usd >= 0.01 ? usd : usd * million).toPrecision(6))}${usd >= 0.01 || usd === 0 ? "" : " a million"}`,
    unit,
    source,
  ]);
  return markdown([[`${pricesRegion}, ${pricesAsOf}`, "price", "for a", "source"], ...rows]);
}

/** Without padding: prettier pads it in the page, and the test compares cells. */
function markdown([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)];
}

export function dollars(usd: number): string {
  if (usd >= 1000) return `$${grouped(Math.round(usd))}`;
  return `$${usd.toFixed(2)}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function duration(seconds: number): string {
  if (seconds < 120) return `${rounded(seconds)} s`;
  return seconds < 7200 ? `${rounded(seconds / 60)} min` : `${rounded(seconds / 3600)} h`;
}
