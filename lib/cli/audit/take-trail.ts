import { OperatorError } from "../../jobs/operator-error.ts";
import { textOf } from "../../witness/json.ts";
import { ledgerTable } from "../../witness/ledger-table.ts";
import { now, type Cli } from "../session.ts";
import type { DeploymentWitness } from "./completeness.ts";
import { writeWitness } from "./folder-witness.ts";
import { publicKeysBy, rulesOf } from "./witness.ts";

/** The trail's files since the first event, into a folder of evidence. @returns how many. */
export async function takeTrail(
  { terminal }: Cli,
  { session, clients, evidence, source }: DeploymentWitness,
  folder: string,
): Promise<number> {
  const { deployment } = session;
  if (!source) throw new OperatorError("REFUSED", "The deployment has no trail: leave out --with-trail");
  const ledger = ledgerTable({ dynamo: clients.dynamo, table: deployment.audit.ledgerTable, now });
  const takenAt = now();
  let first = takenAt.toISOString();
  for await (const event of evidence.events()) {
    const at = textOf(event["at"]);
    if (at !== undefined && at < first) first = at;
  }
  const witness = {
    ...{ source, takenAt, rules: rulesOf(deployment), graceSeconds: deployment.audit.graceSeconds },
    publicKeys: publicKeysBy(clients.cloudTrail),
    filesRead: (from: string, to: string) => ledger.filesRead(from, to),
  };
  return writeWitness(witness, folder, `${first.slice(0, 16)}:00Z`, (files) => {
    terminal.progress(`export: ${files} files of the trail`);
  });
}
