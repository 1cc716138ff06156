import { Option, type Command } from "commander";
import type { CipherSuite } from "../../envelope/suites.ts";
import { DEFAULT_GOAL } from "../../reseal/phase.ts";
import { cipherSuites } from "../../settings.ts";
import { answerMigration, lastReseal, migrationState } from "../migration.ts";
import { reseal } from "../reseal.ts";
import { Session, type Cli } from "../session.ts";
import { addRewrapOptions, type RewrapFlags } from "./rewrap.ts";

type Flags = RewrapFlags & { readonly to: CipherSuite };

const about = `
Four steps, each one setting and one deployment, each of which can be taken back until the last:
  1  everyone reads both suites       readSuites=A256CBC-HS512,A256GCM (the default)
  2  new seals have the new suite     writeSuite=A256GCM
  3  the others are moved             jobs=reseal, and: waxseal migrate run
  4  the old suite is refused         readSuites=A256GCM

"waxseal migrate" says which is next. Back goes the same way: --to A256CBC-HS512.`;

/** `waxseal migrate [status]`, `waxseal migrate run` */
export function addMigrate(program: Command, cli: Cli): void {
  const migrate = program
    .command("migrate")
    .description("move all records to another cipher suite, step by step")
    .addHelpText("after", about);
  migrate
    .command("status", { isDefault: true })
    .description("say which step is next, from the settings as they are deployed and a census")
    .addOption(goal())
    .action(async (_options: unknown, self: Command) => {
      const { stage, to } = self.optsWithGlobals<Flags>();
      const session = await Session.open(cli, stage);
      answerMigration(cli, await migrationState(cli, session, to), await lastReseal(session, to));
    });
  const run = migrate
    .command("run")
    .description("step 3: open every record of another suite and seal it under the new one")
    .option("--dry-run", "only say which would be moved")
    .addOption(goal())
    .addHelpText(
      "after",
      `
Each record is claimed before it is decrypted, so the audit has both. A save or a removal meanwhile wins; uses go on.
Stopped at any point, it goes on where it was when it is run again.`,
    )
    .action((_options: unknown, self: Command) => runMigration(cli, self.optsWithGlobals<Flags>()));
  addRewrapOptions(run);
}

async function runMigration(cli: Cli, flags: Flags): Promise<void> {
  const { stage, to, dryRun = false, segments, share, failures } = flags;
  const session = await Session.open(cli, stage);
  const options = { to, dryRun, segments, share: share ?? session.deployment.kmsShare, failures };
  const job = await reseal(cli, session, options);
  if (job.state !== "complete") cli.exitCode = cli.signal.aborted ? 130 : 1;
  answerMigration(cli, await migrationState(cli, session, to), job);
}

function goal(): Option {
  return new Option("--to <suite>", "to which").choices(cipherSuites).default(DEFAULT_GOAL);
}
