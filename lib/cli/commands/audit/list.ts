import type { Command } from "commander";
import { findEvents } from "../../../audit/read/find-events.ts";
import { newest } from "../../../audit/read/newest.ts";
import { eventLines } from "../../audit/event-lines.ts";
import { addFilters, filtersOf, type FilterFlags } from "../../audit/filters.ts";
import { openAudit } from "../../audit/reading.ts";
import { wholeNumber } from "../../numbers.ts";
import { Session, type Cli } from "../../session.ts";

interface Flags extends FilterFlags {
  readonly stage?: string;
  readonly limit: number;
}

/** `waxseal audit list` */
export function addAuditList(audit: Command, cli: Cli): void {
  const command = audit.command("list").description("events, newest first");
  addFilters(command)
    .option("--limit <n>", "how many at most", wholeNumber(1, 10_000), 50)
    .addHelpText(
      "after",
      "\nWithout --owner, --user or --record the whole log is looked at. Runs under the auditor role.",
    )
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const session = await Session.open(cli, flags.stage);
      const filters = filtersOf(flags, session.deployment.issuer);
      const ports = await openAudit(cli, session, {
        ...{ command: "list", ...filters, limit: String(flags.limit) },
      });
      const events = await newest(findEvents(ports, filters), flags.limit, ports.goOn);
      cli.terminal.answer({ schemaVersion: 1, events }, () => eventLines(events));
    });
}
