import type { Command } from "commander";
import type { Left } from "../../../audit/redrive.ts";
import { redriveAll, type RedriveSummary } from "../../audit/redrive.ts";
import { Session, type Cli } from "../../session.ts";

interface Flags {
  readonly stage?: string;
  readonly dryRun?: boolean;
}

const after = `
What the recorder could not record for 23 hours is put aside, whole, in a bucket that no person can read. Mend what kept it
from recording first (the alarm AUDIT_NOT_RECORDED, its log). Then this has the stack's own function give each batch to the
recorder again, and remove it once its events are in the audit: run it as often as you like. What is put aside goes after 30
days. Ends with 0 only if nothing is left; what is, is named, with where in which stream it was.`;

/** `waxseal audit redrive` */
export function addAuditRedrive(audit: Command, cli: Cli): void {
  audit
    .command("redrive")
    .description("record what the recorder had to put aside")
    .option("--dry-run", "say what there is, and change nothing")
    .addHelpText("after", after)
    .action(async (_options: unknown, self: Command) => {
      const { stage, dryRun = false } = self.optsWithGlobals<Flags>();
      const session = await Session.open(cli, stage);
      const summary = await redriveAll(cli, session, dryRun);
      cli.exitCode = isAllDone(summary, dryRun) ? 0 : 1;
      const { isWhole: _whole, ...counts } = summary;
      cli.terminal.answer({ schemaVersion: 1, dryRun, ...counts, whole: summary.isWhole }, () =>
        redriveLines(summary, dryRun),
      );
    });
}

/** A dry run leaves everything where it is. */
function isAllDone({ batches, left, isWhole }: RedriveSummary, dryRun: boolean): boolean {
  return isWhole && left.length === 0 && !(dryRun && batches > 0);
}

function redriveLines({ batches, records, left, isWhole }: RedriveSummary, dryRun: boolean): string[] {
  if (isWhole && batches + left.length === 0) return ["Nothing is put aside."];
  const done = dryRun ? "would be given to the recorder again" : "recorded";
  return [
    `${batches} batches of ${records} records ${done}`,
    ...left.map(leftLine),
    ...(left.length > 0 ? [`${left.length} batches are left`] : []),
    ...(isWhole ? [] : ["Stopped: run it again to go on"]),
  ];
}

function leftLine({ object, reason, batch }: Left): string {
  if (!batch) return `  ${reason}  ${object}`;
  const { table, shardId, from, to, records, why } = batch;
  return `  ${reason}  ${records} records of ${table} (${why}), ${shardId} ${from} to ${to}: ${object}`;
}
