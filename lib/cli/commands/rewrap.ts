import { Option, type Command } from "commander";
import { jobAnswer, jobLines } from "../job-runs.ts";
import { wholeNumber } from "../numbers.ts";
import { DEFAULT_SEGMENTS, rewrap } from "../rewrap.ts";
import { Session, type Cli } from "../session.ts";

export interface RewrapFlags {
  readonly stage?: string;
  readonly dryRun?: boolean;
  readonly segments: number;
  readonly share?: number;
  readonly failures?: string;
}

/** `waxseal rewrap` */
export function addRewrap(program: Command, cli: Cli): void {
  const command = program
    .command("rewrap")
    .description("wrap every data key anew that is not under the current KMS key and key material")
    .option("--dry-run", "ask KMS of each record whether it would, and change nothing")
    .addHelpText(
      "after",
      `
The ciphertext is neither read nor written, and no plaintext leaves KMS: the role that it runs under may not decrypt.
Uses, saves and removals go on meanwhile. Stopped at any point, it goes on where it was when it is run again.`,
    )
    .action(async (_options: unknown, self: Command) => {
      const { stage, dryRun = false, segments, share, failures } = self.optsWithGlobals<RewrapFlags>();
      const session = await Session.open(cli, stage);
      const options = { dryRun, segments, share: share ?? session.deployment.kmsShare, failures };
      const job = await rewrap(cli, session, options);
      if (job.state !== "complete") cli.exitCode = cli.signal.aborted ? 130 : 1;
      cli.terminal.answer({ schemaVersion: 1, ...jobAnswer(job), ...(dryRun && { dryRun }) }, () =>
        jobLines(job),
      );
    });
  addRewrapOptions(command);
}

/** Those of every command that rewraps. */
export function addRewrapOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--segments <n>", "how many parts of the table at once")
        .argParser(wholeNumber(1, 64))
        .default(DEFAULT_SEGMENTS),
    )
    .addOption(
      new Option(
        "--share <percent>",
        "of the account's KMS quota that it may use (default: the setting kmsShare)",
      ).argParser(wholeNumber(1, 90)),
    )
    .option("--failures <file>", "write the records that were left as they were to a file, as JSON Lines");
}
