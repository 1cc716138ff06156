import type { Command } from "commander";
import { exportOneOwner, exportTable, type RecoveredTable } from "../export.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { Session, type Cli } from "../session.ts";
import { timeWithZone } from "../times.ts";

interface Flags {
  readonly stage?: string;
  readonly json?: boolean;
  readonly out: string;
  readonly force?: boolean;
  readonly owner?: string;
  readonly plaintext?: boolean;
  readonly table?: string;
  readonly asOf?: string;
}

/** `waxseal export` */
export function addExport(program: Command, cli: Cli): void {
  program
    .command("export")
    .description("write all records, sealed, to a file; or one owner's provider keys in plaintext")
    .requiredOption("--out <file>", "to which file; with --plaintext also -, standard output")
    .option("--force", "replace the file if it is there")
    .option("--table <name>", "of another table: one that point-in-time recovery made, with --as-of")
    .option("--as-of <time>", "the time to which that table was restored, as 2026-11-25T10:00:00Z")
    .option("--owner <userid>", "one owner alone: the user's id, as tokens have it")
    .option("--plaintext", "with --owner: opened, to leave the product")
    .addHelpText(
      "after",
      `
Sealed, it is a backup of the whole table: nothing in it opens without the KMS key. It runs with your own credentials,
which need dynamodb:Scan, and "waxseal restore" puts it back.

In plaintext it runs under a role that is there only while the setting jobs has it. Each provider key is claimed before
it is decrypted, which the audit and CloudTrail keep.`,
    )
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const { stage, out, force = false, owner } = flags;
      refuseMixed(flags);
      const other = recovered(flags);
      const session = await Session.open(cli, stage);
      if (owner === undefined) await exportTable(cli, session, out, force, other);
      else await exportOneOwner(cli, session, owner, out, force);
    });
}

/** Of a table that was restored: how old its content is decides which removals may have come since. */
function recovered({ table, asOf }: Flags): RecoveredTable | undefined {
  if (table === undefined && asOf === undefined) return undefined;
  // Without its zone it would be this machine's, and up to half a day too young to be refused.
  const at = timeWithZone(asOf ?? "");
  if (table === undefined || !at || at.getTime() > Date.now())
    throw new OperatorError(
      "USAGE",
      "--table and --as-of go together: a table, and the time to which it was restored, as 2026-11-25T10:00:00Z",
    );
  return { table, at };
}

/** Plaintext only where both were said; and an answer in JSON does not go where the provider keys go. */
function refuseMixed({ owner, plaintext = false, out, json = false, table }: Flags): void {
  const usage = (message: string) => new OperatorError("USAGE", message);
  if (owner !== undefined && table !== undefined) throw usage("--table is for a sealed export");
  if (owner !== undefined && !plaintext) throw usage("One owner's export is in plaintext: say --plaintext");
  if (owner === undefined && plaintext) throw usage("--plaintext is for one owner: say --owner USERID");
  if (owner === "") throw usage("--owner takes a user's id");
  if (out !== "-") return;
  if (!plaintext) throw usage("A sealed export goes to a file: --out FILE");
  if (json) throw usage("With --out - standard output has the provider keys: --json needs a file");
  if (process.stdout.isTTY) throw new OperatorError("REFUSED", "Provider keys are not shown on a terminal");
}
