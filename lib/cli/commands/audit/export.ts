import { Option, type Command } from "commander";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { writeEvidence } from "../../../audit/verify/folder-evidence.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { witnessOf } from "../../audit/completeness.ts";
import { evidenceOf } from "../../audit/evidence.ts";
import { exportEvents, exportFormats, type ExportFlags } from "../../audit/export-events.ts";
import { addFilters } from "../../audit/filters.ts";
import { asAuditor } from "../../audit/reading.ts";
import { takeTrail } from "../../audit/take-trail.ts";
import { now, Session, type Cli } from "../../session.ts";

interface Flags extends ExportFlags {
  readonly stage?: string;
  readonly out?: string;
  readonly evidence?: string;
  readonly withTrail?: boolean;
}

/** Of each file but CloudTrail's, which have digests of their own. */
async function hashesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const hashes: Record<string, string> = {};
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(path.join(folder, name)), hash);
    hashes[name] = hash.digest("hex");
  }
  return hashes;
}

/** `waxseal audit export` */
export function addAuditExport(audit: Command, cli: Cli): void {
  const command = audit
    .command("export")
    .description(
      "write events to a file; or take the audit's evidence into a folder, to be verified elsewhere",
    );
  addFilters(command)
    .option("--out <file>", "events: to which file")
    .addOption(
      new Option("--format <format>", "a JSON document a line, or CSV")
        .choices(exportFormats)
        .default("jsonl"),
    )
    .option("--force", "replace the file if it is there")
    .option("--evidence <folder>", "everything that waxseal audit verify --offline needs")
    .option("--with-trail", "and CloudTrail's files too, for the verdict on completeness")
    .addHelpText("after", "\nEvents of one owner or record come newest first, else in no order.")
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const { stage, out, evidence, withTrail = false } = flags;
      if ((out === undefined) === (evidence === undefined))
        throw new OperatorError("USAGE", "Say where to: --out FILE, or --evidence FOLDER");
      const session = await Session.open(cli, stage);
      if (out !== undefined) await exportEvents(cli, session, out, flags);
      if (evidence !== undefined) await exportEvidence(cli, session, evidence, withTrail);
    });
}

async function exportEvidence(cli: Cli, session: Session, folder: string, withTrail: boolean): Promise<void> {
  const clients = await asAuditor(session, { command: "export --evidence" });
  const evidence = await evidenceOf(session, clients, undefined);
  const written = await writeEvidence(evidence, folder, now(), (what, done) => {
    cli.terminal.progress(`export: ${done} ${what}`);
  });
  const trailFiles = withTrail ? await takeTrail(cli, witnessOf(session, clients, evidence), folder) : 0;
  const sha256 = await hashesOf(folder);
  cli.terminal.answer({ schemaVersion: 1, folder, ...written, trailFiles, sha256 }, () => [
    `${written.events} events and ${written.objects} manifests and checkpoints in ${folder}`,
    ...Object.entries(sha256).map(([name, hash]) => `sha256 ${hash}  ${name}`),
    "Verify: waxseal audit verify --offline FOLDER --public-key FILE",
    ...(withTrail
      ? ["  and --witness-sha256 HASH: keep it, and the public key, elsewhere than the folder"]
      : []),
  ]);
}
