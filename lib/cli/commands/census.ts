import type { Command } from "commander";
import { censusLines, censusOf } from "../census.ts";
import { Session, type Cli } from "../session.ts";

/** `waxseal census` */
export function addCensus(program: Command, cli: Cli): void {
  program
    .command("census")
    .description("count the records by KMS key, key material, cipher suite and state; what is behind")
    .addHelpText("after", "\nReads no ciphertext. Runs under the rewrap role.")
    .action(async (_options: unknown, command: Command) => {
      const { stage } = command.optsWithGlobals<{ stage?: string }>();
      const session = await Session.open(cli, stage);
      const census = await censusOf(session, await session.under("rewrap"), cli.terminal);
      cli.terminal.answer({ schemaVersion: 1, ...census }, () => censusLines(census));
    });
}
