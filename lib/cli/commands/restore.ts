import type { Command } from "commander";
import { restore, type RestoreFlags } from "../restore.ts";
import { Session, type Cli } from "../session.ts";

/** `waxseal restore` */
export function addRestore(program: Command, cli: Cli): void {
  program
    .command("restore")
    .description("put back records of a sealed export that the table does not have")
    .argument("<file>", "what `waxseal export` wrote")
    .option("--dry-run", "only say what would be put back")
    .option("--replace-damaged", "also where the stored record does not have the form of one")
    .option("--accept-forgotten-removals", "also from an export that is older than the traces of removals")
    .option("--report <file>", "write what came of each record to a file, as JSON Lines")
    .addHelpText(
      "after",
      `
What the table has stays: a newer record, and the trace of a removal above all. Traces are kept for as many days as the
setting tombstoneDays says; from an older export a record could come back that its owner has removed, so it is refused.
Runs with your own credentials, which need dynamodb:GetItem and dynamodb:UpdateItem.`,
    )
    .action(async (file: string, _options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<RestoreFlags>();
      await restore(cli, await Session.open(cli, flags.stage), file, flags);
    });
}
