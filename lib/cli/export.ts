import { exportOwner, slotsOf, type LeftOut, type OwnerExportPorts } from "../export/owner-export.ts";
import { writePrivateFile, type Write, type WrittenFile } from "../export/private-file.ts";
import { exportSealed } from "../export/sealed-export.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { kmsDataKeyUnwrapper } from "../kms/data-key-unwrapper.ts";
import { ownerIdOf } from "../owner.ts";
import { ProviderKeyStore } from "../provider-keys/store.ts";
import { now, randomId, type Cli, type Session } from "./session.ts";

/** A table that point-in-time recovery made, and the time whose content it has. */
export interface RecoveredTable {
  readonly table: string;
  readonly at: Date;
}

/** The whole table, sealed, with the operator's own credentials. */
export async function exportTable(
  cli: Cli,
  session: Session,
  out: string,
  force: boolean,
  recovered?: RecoveredTable,
): Promise<void> {
  const { stage, tombstoneDays } = session.deployment;
  const table = recovered?.table ?? session.deployment.table;
  const onPage = (items: number) => cli.terminal.progress(`export: ${items} records`);
  const what = { table, stage, tombstoneDays, now: () => recovered?.at ?? now() };
  const ports = { dynamo: session.own.dynamo, ...what, onPage };
  const { header, records, tombstones, bytes, sha256 } = await exportSealed(ports, out, force);
  const { at } = header;
  cli.terminal.answer({ schemaVersion: 1, out, stage, table, at, records, tombstones, bytes, sha256 }, () => [
    `${out}: ${records} records, sealed, and ${tombstones} traces of removed ones, as of ${at}`,
    `sha256 ${sha256}`,
  ]);
}

/** One owner's provider keys, in plaintext. */
export async function exportOneOwner(
  cli: Cli,
  session: Session,
  userId: string,
  out: string,
  force: boolean,
): Promise<void> {
  const ports = { ...(await ownerExportPorts(session)), signal: cli.signal };
  const slots = await slotsOf(ports, ownerIdOf(session.deployment.issuer, userId));
  if (slots.length === 0) {
    throw new OperatorError("REFUSED", "There is no provider key of this owner: --owner takes a user's id");
  }
  cli.terminal.say(
    `Provider keys in plaintext, which nothing protects from now on: ${slots.length} to ${out}. ` +
      `The audit has it as ${ports.exportId}.`,
  );
  let result = { exported: 0, failures: [] as LeftOut[] };
  const fill = async (write: Write) => {
    result = await exportOwner(ports, slots, write);
  };
  const written = out === "-" ? await toStandardOutput(fill) : await writePrivateFile(out, force, fill);
  const { exported, failures } = result;
  if (failures.length > 0) cli.exitCode = 1;
  const lines = [
    `${exported} provider keys to ${out}`,
    ...failures.map(({ slot, reason }) => `  not ${slot}: ${reason}`),
  ];
  if (out === "-") for (const line of lines) cli.terminal.say(line);
  else answer(cli, ports.exportId, out, result, written, lines);
}

function answer(
  { terminal }: Cli,
  exportId: string,
  out: string,
  { exported, failures }: { exported: number; failures: readonly LeftOut[] },
  { sha256 }: Partial<WrittenFile>,
  lines: readonly string[],
): void {
  const failed = failures.length;
  terminal.answer({ schemaVersion: 1, exportId, out, exported, failed, failures, sha256 }, () => lines);
}

async function ownerExportPorts(session: Session): Promise<OwnerExportPorts> {
  const { dynamo, kms } = await session.under("export");
  const { table, stage, readSuites, endpoints } = session.deployment;
  return {
    ...{ dynamo, table, stage, readSuites, endpoints, now },
    store: new ProviderKeyStore(dynamo, table),
    unwrapperFor: (useId) => kmsDataKeyUnwrapper(kms, useId),
    caller: "waxseal export",
    exportId: `export-${randomId()}`,
    newId: randomId,
  };
}

async function toStandardOutput(fill: (write: Write) => Promise<void>): Promise<Partial<WrittenFile>> {
  await fill(
    (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
      }),
  );
  return {};
}
