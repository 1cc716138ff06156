import { writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { RestorePorts } from "../export/restore-record.ts";
import { restoreFile, type RestoredLine, type RestoreResult } from "../export/restore.ts";
import type { ExportHeader } from "../export/sealed-lines.ts";
import { describeKmsKey } from "../jobs/kms-key.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { openReport, reportNotWritten } from "../jobs/report.ts";
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
/** By which clocks may differ. */
const CLOCK_MS = 300_000;

/** Puts back what the table does not have, with the operator's own credentials. */
export async function restore(cli: Cli, session: Session, file: string, flags: RestoreFlags): Promise<void> {
  const { dryRun = false, replaceDamaged = false, acceptForgottenRemovals = false } = flags;
  const restoreId = `restore-${randomId()}`;
  const ports: RestorePorts = {
    dynamo: session.own.dynamo,
    table: session.deployment.table,
    caller: "waxseal restore",
    openingKeyIds: await openingKeyIds(session),
    newId: randomId,
    ...{ restoreId, now, replaceDamaged, dryRun },
  };
  let report: FileHandle | undefined;
  let seen = 0;
  const onLine = (line: RestoredLine) => {
    if (report) addLine(report.fd, line);
    seen += 1;
    cli.terminal.progress(`restore: ${seen} records`);
  };
  const check = async (header: ExportHeader) => {
    refuseOther(header, session.deployment, acceptForgottenRemovals);
    if (flags.report !== undefined)
      report = await openReport(flags.report, { option: "--report", source: file });
  };
  const result = await restoreFile(ports, file, check, onLine, cli.signal).finally(() => report?.close());
  const { counts, isWhole } = result;
  const complete = isWhole && counts.failed === 0;
  if (!complete) cli.exitCode = cli.signal.aborted ? 130 : 1;
  const answer = { restoreId, dryRun, ...counts, complete };
  cli.terminal.answer({ schemaVersion: 1, ...answer }, () => linesOf(result, dryRun, cli.signal.aborted));
}

/** Those of the stack that are enabled: by another, what is put back would not open. */
async function openingKeyIds({ own, deployment }: Session): Promise<ReadonlySet<string>> {
  const arns = [...deployment.encryptionKeys.values()];
  const states = await Promise.all(arns.map((arn) => describeKmsKey(own.kms, arn)));
  return new Set(arns.filter((_arn, index) => states[index]?.KeyState === "Enabled"));
}

/** The stage is part of what each record is sealed for; the table may be another, restored one. */
function refuseOther(header: ExportHeader, deployment: Deployment, acceptForgotten: boolean): void {
  const { stage, tombstoneDays } = deployment;
  if (header.stage !== stage) {
    throw new OperatorError("REFUSED", `The export is of another stage: nothing of it opens in ${stage}`);
  }
  const age = now().getTime() - Date.parse(header.at);
  if (age < -CLOCK_MS) throw new OperatorError("REFUSED", "The export is of a time that has not come");
  // Of the setting then and now: traces of between were kept for the shorter time.
  const days = Math.min(header.tombstoneDays, tombstoneDays);
  if (age <= days * DAY_MS || acceptForgotten) return;
  const why = `The export is older than ${days} days, and so may be removals whose traces are gone`;
  throw new OperatorError("REFUSED", `${why}: --accept-forgotten-removals takes it all the same`);
}

function addLine(report: number, line: RestoredLine): void {
  try {
    writeSync(report, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw reportNotWritten(error, "--report");
  }
}

function linesOf({ counts, isWhole }: RestoreResult, dryRun: boolean, isStopped: boolean): string[] {
  const rows = Object.entries(counts).map(
    ([name, count]) => `  ${String(count).padStart(8)}  ${words(name)}`,
  );
  const cut = isWhole || isStopped ? [] : ["The file was cut: it ends before the export did."];
  const stopped = isStopped ? ["Stopped before the file's end; the same command goes on. Until then:"] : [];
  return [...stopped, dryRun ? "What would be done:" : "Done:", ...rows, ...cut];
}
