import { Option, type Command } from "commander";
import { isProduction, trailModes, type AuditSettings } from "../../audit-settings.ts";
import { monthlyCost, type Cost } from "../../cost/cost.ts";
import { pricesAsOf, pricesRegion } from "../../cost/prices.ts";
import { costTables, defaultQuestion, dollars } from "../../cost/tables.ts";
import { wholeNumber } from "../numbers.ts";
import type { Cli } from "../session.ts";
import { table } from "../terminal.ts";

interface CostFlags {
  readonly stage?: string;
  readonly uses: number;
  readonly records: number;
  readonly trail: AuditSettings["trail"];
  readonly providerSeconds: number;
  readonly batchSeconds: number;
  readonly tables?: boolean;
}

const most = 1_000_000_000_000;

/** `waxseal cost`: reckons, and asks nobody. */
export function addCost(program: Command, cli: Cli): void {
  const { uses, records, trail, providerSeconds, batchSeconds } = defaultQuestion;
  program
    .command("cost")
    .description(
      "reckon what a deployment costs a month; asks nobody (a stage that begins with prod has checkpoints)",
    )
    .option("--uses <number>", "uses a month", wholeNumber(0, most), uses)
    .option("--records <number>", "provider keys that are kept", wholeNumber(0, most), records)
    .addOption(new Option("--trail <mode>", "the setting trail").choices(trailModes).default(trail))
    .option(
      "--provider-seconds <number>",
      "how long a provider answers",
      wholeNumber(0, 890),
      providerSeconds,
    )
    .option("--batch-seconds <number>", "the setting auditBatchSeconds", wholeNumber(0, 60), batchSeconds)
    .option("--tables", "the tables of docs/scale.md instead")
    .action((_options: unknown, self: Command) => {
      const { stage = "dev", tables, ...question } = self.optsWithGlobals<CostFlags>();
      const asked = { ...question, isProduction: isProduction(stage) };
      const cost = monthlyCost(asked);
      const { uses, records, trail, providerSeconds, batchSeconds } = asked;
      const json = { stage, uses, records, trail, providerSeconds, batchSeconds };
      const about = { currency: "USD", region: pricesRegion, pricesAsOf };
      cli.terminal.answer({ schemaVersion: 1, ...about, ...json, ...cost }, () =>
        tables ? costTables() : linesOf(cost),
      );
    });
}

function linesOf({ lines, totals }: Cost): string[] {
  const rows = lines.map(({ group, what, quantity, usd }) => [
    group,
    what,
    Number(quantity.toPrecision(4)).toLocaleString("en-US"),
    dollars(usd),
  ]);
  const parts = Object.entries(totals).map(([group, usd]) => `${group} ${dollars(usd)}`);
  return [
    ...table(rows),
    `a month: ${parts.join(", ")}`,
    `list prices of ${pricesRegion} as of ${pricesAsOf}, no free tier; docs/scale.md says what is measured and what assumed`,
  ];
}
