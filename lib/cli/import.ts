import { isWaxsealError } from "../errors.ts";
import { isAllWell, outcomes, verifications, type ImportCounts } from "../import/counts.ts";
import { ReportFile } from "../import/report-file.ts";
import { runImport, type ImportRun } from "../import/run-import.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { cipherKeyOf } from "../legacy/cipher-key.ts";
import { parseColumns } from "../legacy/columns.ts";
import { legacyRows } from "../legacy/source.ts";
import type { ImportOptions } from "./import-options.ts";
import { aimOf, type Aim } from "./import-target.ts";
import type { Cli } from "./session.ts";
import { table } from "./terminal.ts";

/** `waxseal import`: says what it does, does it, answers, and sets how the process ends. */
export async function importLegacy(cli: Cli, options: ImportOptions): Promise<void> {
  if (options.dryRun && options.verify)
    throw new OperatorError("USAGE", "--verify compares what was written, and --dry-run writes nothing");
  const columns = parseColumns(options.columns);
  const cipherKey = cipherKeyOf(secretOf(cli, options.secretEnv), options);
  let report: ReportFile | undefined;
  try {
    const { from, idColumn, shape, encoding } = options;
    const { environment, stdin, signal, terminal } = cli;
    const names = columns.map(({ column }) => column);
    const source = { from, environment, stdin, signal, table: options.table, idColumn, columns: names };
    const rows = legacyRows(source);
    const aim = await aimOf(cli, options);
    if (options.report !== undefined)
      report = await ReportFile.create(options.report, options.reportEmpty ?? false, from);
    const run = await runImport({
      rows,
      columns,
      cipher: { shape, encoding, cipherKey },
      target: aim.target,
      skipSecretCheck: options.skipSecretCheck ?? false,
      signal,
      onBegin: () => aim.begin(),
      async onRow(results, counts) {
        await report?.add(results);
        terminal.progress(`import: ${counts.rows} rows, ${counts.imported} imported`);
      },
    });
    // What was done is said whatever else fails.
    await aim.end(run, signal.aborted).catch(() => {
      terminal.say("The end of the job could not be noted in the Jobs table.");
    });
    answer(cli, options, aim, run);
  } finally {
    cipherKey.fill(0);
    await report?.close();
  }
}

function secretOf({ environment }: Cli, name: string): string {
  const secret = environment[name] ?? "";
  if (secret !== "") return secret;
  throw new OperatorError(
    "USAGE",
    `The legacy secret is missing: set the environment variable ${name} (--secret-env)`,
  );
}

function answer(cli: Cli, options: ImportOptions, { jobId }: Aim, { counts, error }: ImportRun): void {
  const failure = error && failureOf(error);
  const isStopped = cli.signal.aborted;
  if (failure) cli.terminal.say(`${failure.code}: ${failure.message}`);
  // Stopped by a signal has an exit code of its own.
  if (failure) cli.exitCode = failure.exitCode;
  else if (!isStopped && !isAllWell(counts)) cli.exitCode = 1;
  const document = {
    schemaVersion: 1,
    rows: counts.rows,
    ...pick(counts, outcomes),
    ...(options.verify && pick(counts, verifications)),
    dryRun: options.dryRun ?? false,
    complete: !failure && !isStopped,
    ...(jobId !== undefined && { jobId }),
    ...(failure && { error: { code: failure.code, message: failure.message } }),
  } as const;
  cli.terminal.answer(document, () => lines(options, counts, jobId));
}

function pick<Name extends keyof ImportCounts>(counts: ImportCounts, names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, counts[name]]));
}

/** As `waxseal` itself says a failure; the counts are beside it here. */
function failureOf(error: Error): { code: string; message: string; exitCode: number } {
  if (error instanceof OperatorError) return error;
  if (!isWaxsealError(error)) throw error;
  const { aws, code, message, retryable } = error;
  const said = aws ? `${message} (${aws.operation}: ${aws.error})` : message;
  return { code, message: said, exitCode: retryable ? 4 : 1 };
}

const words = {
  imported: "imported",
  alreadyThere: "already there, by an import before",
  newerHere: "newer here: saved or removed since, left as it is",
  wrongKey: "do not open with this secret",
  notAKey: "open, and are no key of their provider",
  malformed: "malformed",
  empty: "empty",
  failed: "refused by AWS: run again",
  verified: "opened and compared: the same",
  mismatched: "opened and compared: NOT the same",
  changedSince: "saved or removed while this ran",
  unverified: "not compared, AWS refused: run again",
} as const;

function lines({ dryRun, verify }: ImportOptions, counts: ImportCounts, jobId: string | undefined): string[] {
  const said = {
    ...words,
    ...(dryRun && { imported: "would be imported" }),
    // By an import before, or a line before: whether it is the same value, only a comparison tells. A dry run makes none.
    ...(!verify && !dryRun && { alreadyThere: `${words.alreadyThere} (not compared: --verify)` }),
  };
  const row = (name: keyof typeof words) => [`  ${said[name]}`, counts[name]] as const;
  const rows = outcomes.map(row);
  return [
    `${counts.rows} rows${jobId === undefined ? "" : `, job ${jobId}`}${dryRun ? " (a dry run: nothing was written)" : ""}`,
    ...table([...rows, ...(verify ? verifications.map(row) : [])]),
  ];
}
