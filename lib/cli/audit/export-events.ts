import { canonicalBytes } from "../../audit/canonical.ts";
import { csvHeader, csvLines } from "../../audit/read/csv.ts";
import { findEvents, type StoredEvent } from "../../audit/read/find-events.ts";
import { writePrivateFile } from "../../export/private-file.ts";
import type { Cli, Session } from "../session.ts";
import { filtersOf, type FilterFlags } from "./filters.ts";
import { openAudit } from "./reading.ts";

export interface ExportFlags extends FilterFlags {
  readonly format: ExportFormat;
  readonly force?: boolean;
}

const formats = {
  jsonl: {
    header: () => "",
    lines: (events: readonly StoredEvent[]) => events.map(canonicalLine).join(""),
  },
  csv: { header: csvHeader, lines: csvLines },
};
export type ExportFormat = keyof typeof formats;
export const exportFormats = Object.keys(formats);

/** In the canonical encoding: what `sha256sum` says of a line without its end, a manifest says too. */
function canonicalLine(event: StoredEvent): string {
  try {
    return `${Buffer.from(canonicalBytes(event)).toString("utf8")}\n`;
  } catch {
    // It has no such encoding, so it is none that was recorded.
    return `${JSON.stringify(event)}\n`;
  }
}

/** Events to a file, page by page as they are found. */
export async function exportEvents(
  cli: Cli,
  session: Session,
  out: string,
  flags: ExportFlags,
): Promise<void> {
  const { format, force = false } = flags;
  const filters = filtersOf(flags, session.deployment.issuer);
  const { header, lines } = formats[format];
  let events = 0;
  const written = await writePrivateFile(out, force, async (write) => {
    const ports = await openAudit(cli, session, { command: "export", ...filters, format });
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
