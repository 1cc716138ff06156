import type { Command } from "commander";
import { writeEvidence } from "../../../audit/verify/folder-evidence.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { evidenceOf } from "../../audit/evidence.ts";
import { asAuditor } from "../../audit/reading.ts";
import { Session, type Cli } from "../../session.ts";

interface Flags {
  readonly stage?: string;
  readonly evidence?: string;
}

/** `waxseal audit export` */
export function addAuditExport(audit: Command, cli: Cli): void {
  audit
    .command("export")
    .description("take the audit's evidence into a folder, to be verified elsewhere")
    .option("--evidence <folder>", "everything that waxseal audit verify --offline needs")
    .action(async (_options: unknown, command: Command) => {
      const { stage, evidence: folder } = command.optsWithGlobals<Flags>();
      if (folder === undefined) throw new OperatorError("USAGE", "Say where to: --evidence FOLDER");
      const session = await Session.open(cli, stage);
      const clients = await asAuditor(session, { command: "export --evidence" });
      const evidence = await evidenceOf(session, clients, undefined);
      const written = await writeEvidence(evidence, folder, (what, done) => {
        cli.terminal.progress(`export: ${done} ${what}`);
      });
      cli.terminal.answer({ schemaVersion: 1, folder, ...written }, () => [
        `${written.events} events and ${written.objects} manifests and checkpoints in ${folder}`,
        "Verify: waxseal audit verify --offline FOLDER --public-key FILE",
      ]);
    });
}
