import type { Command } from "commander";
import { writeEvidence } from "../../../audit/verify/folder-evidence.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { evidenceOf } from "../../audit/evidence.ts";
import { witnessOf } from "../../audit/completeness.ts";
import { asAuditor } from "../../audit/reading.ts";
import { takeTrail } from "../../audit/take-trail.ts";
import { Session, type Cli } from "../../session.ts";

interface Flags {
  readonly stage?: string;
  readonly evidence?: string;
  readonly withTrail?: boolean;
}

/** `waxseal audit export` */
export function addAuditExport(audit: Command, cli: Cli): void {
  audit
    .command("export")
    .description("take the audit's evidence into a folder, to be verified elsewhere")
    .option("--evidence <folder>", "everything that waxseal audit verify --offline needs")
    .option("--with-trail", "CloudTrail's files too, for the verdict on completeness: all that it recorded")
    .action(async (_options: unknown, command: Command) => {
      const { stage, evidence: folder, withTrail = false } = command.optsWithGlobals<Flags>();
      if (folder === undefined) throw new OperatorError("USAGE", "Say where to: --evidence FOLDER");
      const session = await Session.open(cli, stage);
      const clients = await asAuditor(session, { command: "export --evidence" });
      const evidence = await evidenceOf(session, clients, undefined);
      const written = await writeEvidence(evidence, folder, (what, done) => {
        cli.terminal.progress(`export: ${done} ${what}`);
      });
      const trailFiles = withTrail ? await takeTrail(cli, witnessOf(session, clients, evidence), folder) : 0;
      cli.terminal.answer({ schemaVersion: 1, folder, ...written, trailFiles }, () => [
        `${written.events} events and ${written.objects} manifests and checkpoints in ${folder}`,
        "Verify: waxseal audit verify --offline FOLDER --public-key FILE",
      ]);
    });
}
