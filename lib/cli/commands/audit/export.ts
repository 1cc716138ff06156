import { Option, type Command } from "commander";
import { csvHeader, csvLines } from "../../../audit/read/csv.ts";
import { findEvents, type StoredEvent } from "../../../audit/read/find-events.ts";
import { writePrivateFile } from "../../../export/private-file.ts";
import { exportEvidence } from "../../audit/evidence.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { addFilters, filtersOf, type FilterFlags } from "../../audit/filters.ts";
import { openAudit } from "../../audit/reading.ts";
import { Session, type Cli } from "../../session.ts";

interface Flags extends FilterFlags {
  readonly stage?: string;
  readonly out?: string;
  readonly evidence?: string;
  readonly format: keyof typeof formats;
  readonly force?: boolean;
  readonly withTrail?: boolean;
}

const formats = {
  jsonl: {
    header: () => "",
    lines: (events: readonly StoredEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join(""),
  },
  csv: { header: csvHeader, lines: csvLines },
};

/** `waxseal audit export` */
export function addAuditExport(audit: Command, cli: Cli): void {
  const command = audit.command("export").description("write events to a file, as they are found");
  addFilters(command)
    .option("--out <file>", "to which file")
    .option("--evidence <folder>", "instead, all that waxseal audit verify --offline needs, into a folder")
    .option("--with-trail", "and CloudTrail's files too, for the verdict on completeness")
    .addOption(
      new Option("--format <format>", "a JSON document a line, or CSV")
        .choices(Object.keys(formats))
        .default("jsonl"),
    )
    .option("--force", "replace the file if it is there")
    .addHelpText(
      "after",
      "\nOf one owner or record newest first, else in no order. Runs under the auditor role.",
    )
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const { out, evidence, stage, withTrail = false } = flags;
      if ((out === undefined) === (evidence === undefined))
        throw new OperatorError("USAGE", "Say where to: --out FILE, or --evidence FOLDER");
      const session = await Session.open(cli, stage);
      if (evidence !== undefined) await exportEvidence(cli, session, evidence, withTrail);
      else await exportEvents(cli, session, flags, out ?? "");
    });
}

async function exportEvents(cli: Cli, session: Session, flags: Flags, out: string): Promise<void> {
  const { format, force = false } = flags;
  const filters = filtersOf(flags, session.deployment.issuer);
  const { header, lines } = formats[format];
  let events = 0;
  const written = await writePrivateFile(out, force, async (write) => {
    const ports = await openAudit(cli, session, "audit export", { ...filters, format });
    await write(header());
    for await (const page of findEvents(ports, filters).pages) {
      ports.goOn();
      await write(lines(page));
      events += page.length;
    }
  });
  cli.terminal.answer({ schemaVersion: 1, out, format, events, ...written }, () => [
    `${events} events to ${out}`,
    `sha256 ${written.sha256}`,
  ]);
}
