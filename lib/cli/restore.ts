import { closeSync, openSync, writeSync } from "node:fs";
import type { RestorePorts } from "../export/restore-record.ts";
import { restoreFile, type RestoreCounts, type RestoredLine } from "../export/restore.ts";
import type { ExportHeader } from "../export/sealed-lines.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { Deployment } from "./deployment.ts";
import { words } from "./job-runs.ts";
import { now, randomId, type Cli, type Session } from "./session.ts";

export interface RestoreFlags {
  readonly stage?: string;
  readonly dryRun?: boolean;
  readonly replaceDamaged?: boolean;
  readonly acceptForgottenRemovals?: boolean;
  readonly report?: string;
}

const DAY_MS = 86_400_000;

/** Puts back what the table does not have, with the operator's own credentials. */
export async function restore(cli: Cli, session: Session, file: string, flags: RestoreFlags): Promise<void> {
  const { dryRun = false, replaceDamaged = false, acceptForgottenRemovals = false } = flags;
  const restoreId = `restore-${randomId()}`;
  const ports: RestorePorts = {
    dynamo: session.own.dynamo,
    table: session.deployment.table,
    caller: "waxseal restore",
    ...{ restoreId, now, replaceDamaged, dryRun },
  };
  const report = reportFile(flags.report);
  let seen = 0;
  const onLine = (line: RestoredLine) => {
    report.add(line);
    seen += 1;
    cli.terminal.progress(`restore: ${seen} records`);
  };
  const check = (header: ExportHeader) => refuseOther(header, session.deployment, acceptForgottenRemovals);
  const counts = await restoreFile(ports, file, check, onLine, cli.signal).finally(report.close);
  if (counts.failed > 0) cli.exitCode = 1;
  cli.terminal.answer({ schemaVersion: 1, restoreId, dryRun, ...counts }, () => linesOf(counts, dryRun));
}

/** The stage is part of what each record is sealed for; the table may be another, restored one. */
function refuseOther(header: ExportHeader, deployment: Deployment, acceptForgotten: boolean): void {
  const { stage, tombstoneDays } = deployment;
  if (header.stage !== stage) {
    throw new OperatorError("REFUSED", `The export is of another stage: nothing of it opens in ${stage}`);
  }
  if (now().getTime() - Date.parse(header.at) <= tombstoneDays * DAY_MS || acceptForgotten) return;
  const why = `The export is older than ${tombstoneDays} days, and so may be removals whose traces are gone`;
  throw new OperatorError("REFUSED", `${why}: --accept-forgotten-removals takes it all the same`);
}

function reportFile(path: string | undefined) {
  if (path === undefined) return { add: () => undefined, close: () => undefined };
  const file = opened(path);
  return {
    add: (line: RestoredLine) => void writeSync(file, `${JSON.stringify(line)}\n`),
    close: () => closeSync(file),
  };
}

function opened(path: string): number {
  try {
    return openSync(path, "w", 0o600);
  } catch {
    throw new OperatorError("USAGE", "The file that --report names cannot be written");
  }
}

function linesOf(counts: RestoreCounts, dryRun: boolean): string[] {
  const rows = Object.entries(counts).map(
    ([name, count]) => `  ${String(count).padStart(8)}  ${words(name)}`,
  );
  return [dryRun ? "What would be done:" : "Done:", ...rows];
}
