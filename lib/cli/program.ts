import { Command, Option } from "commander";
import { addAudit } from "./commands/audit.ts";
import { addCensus } from "./commands/census.ts";
import { addCost } from "./commands/cost.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addExport } from "./commands/export.ts";
import { addImport } from "./commands/import.ts";
import { addJob } from "./commands/job.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addRestore } from "./commands/restore.ts";
import { addRetire } from "./commands/retire.ts";
import { addRewrap } from "./commands/rewrap.ts";
import { addRotate } from "./commands/rotate.ts";
import type { Cli } from "./session.ts";

const after = `
AWS is asked as the environment says (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL …). Against a local system:
  AWS_ENDPOINT_URL=http://127.0.0.1:7481 waxseal census

How it ends:
  0    done, wholly
  1    not wholly: something failed or is left, which is said
  2    the command was not understood
  3    refused, and nothing was done: a condition does not hold
  4    the deployment, AWS or the source did not answer
  130  stopped by a signal: the same command goes on where it was

With --json, standard output has one JSON document with schemaVersion; everything else goes to standard error.`;

/** The whole command line; each command adds itself. Nothing of AWS is asked before a command runs. */
export function programFor(cli: Cli, version: string): Command {
  const program = new Command("waxseal")
    .description("Operate a Waxseal deployment: rotation, migration, import.")
    .version(version)
    .addOption(
      new Option("--stage <name>", "the deployed stage (default: WAXSEAL_STAGE; of a local endpoint: local)"),
    )
    .option("--json", "answer with one JSON document")
    .addHelpText("after", after)
    // What is not understood is quoted, and may be a connection string. Each command takes this over when it is added.
    .configureOutput({ outputError: (text, write) => write(withoutAddress(text)) })
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  addCensus(program, cli);
  addRotate(program, cli);
  addRewrap(program, cli);
  addMigrate(program, cli);
  addImport(program, cli);
  addExport(program, cli);
  addRestore(program, cli);
  addRetire(program, cli);
  addJob(program, cli);
  addAudit(program, cli);
  addDoctor(program, cli);
  addCost(program, cli);
  // Each takes the common options before and after its name.
  for (const command of program.commands) shareOptions(command);
  return program;
}

function shareOptions(command: Command): void {
  command.exitOverride();
  for (const nested of command.commands) shareOptions(nested);
  if (command.commands.length > 0) return;
  command.addOption(new Option("--stage <name>", "the deployed stage"));
  command.addOption(new Option("--json", "answer with one JSON document"));
}

/** To the line's end: a password may have blanks and quotes in it, and stand before the host or after it. */
function withoutAddress(text: string): string {
  return text.replaceAll(/:\/\/.*/g, "://…");
}
