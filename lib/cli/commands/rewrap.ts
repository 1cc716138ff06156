import { Option, type Command } from "commander";
import { jobAnswer, jobLines } from "../job-runs.ts";
import { wholeNumber } from "../numbers.ts";
import { DEFAULT_SEGMENTS } from "../../rewrap/rewrap-page.ts";
import type { Job } from "../../jobs/job.ts";
import { followRemotely, startRemotely, type RemoteOptions } from "../rewrap-remote.ts";
import { rewrap } from "../rewrap.ts";
import { Session, type Cli } from "../session.ts";

export interface RewrapFlags {
  readonly stage?: string;
  readonly dryRun?: boolean;
  readonly segments: number;
  readonly share?: number;
  readonly failures?: string;
  readonly remote?: boolean;
  readonly wait?: boolean;
}

/** `waxseal rewrap` */
export function addRewrap(program: Command, cli: Cli): void {
  const command = program
    .command("rewrap")
    .description("wrap every data key anew that is not under the current KMS key and key material")
    .option("--dry-run", "ask KMS of each record whether it would, and change nothing")
    .addOption(
      new Option(
        "--remote",
        "have the deployed function do it (the setting rewrapSchedule), and end when it has begun",
      ).conflicts(["share", "failures"]),
    )
    .addOption(new Option("--wait", "of --remote: follow it to its end").implies({ remote: true }))
    .addHelpText(
      "after",
      `
The ciphertext is neither read nor written, and no plaintext leaves KMS: the role that it runs under may not decrypt.
Uses, saves and removals go on meanwhile. Stopped at any point, it goes on where it was when it is run again.`,
    )
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<RewrapFlags>();
      const { stage, dryRun = false, segments, share, failures } = flags;
      const session = await Session.open(cli, stage);
      if (flags.remote) return remotely(cli, session, { dryRun, segments }, flags.wait ?? false);
      const options = { dryRun, segments, share: share ?? session.deployment.kmsShare, failures };
      answer(cli, await rewrap(cli, session, options), dryRun);
    });
  addRewrapOptions(command);
}

async function remotely(cli: Cli, session: Session, options: RemoteOptions, wait: boolean): Promise<void> {
  const begun = await startRemotely(cli, session, options);
  const { jobId } = begun.job;
  if (wait) {
    cli.terminal.say(`Begun: ${jobId}`);
    answer(cli, await followRemotely(cli, session, begun), options.dryRun);
    return;
  }
  const { execution } = begun;
  cli.terminal.answer({ schemaVersion: 1, jobId, state: begun.job.state, complete: false, execution }, () => [
    `Begun: ${jobId}`,
    `How far it is: waxseal job status ${jobId}`,
  ]);
}

function answer(cli: Cli, job: Job, dryRun: boolean): void {
  if (job.state !== "complete") cli.exitCode = cli.signal.aborted ? 130 : 1;
  const json = { schemaVersion: 1, ...jobAnswer(job), ...(dryRun && { dryRun }) } as const;
  cli.terminal.answer(json, () => jobLines(job));
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
