import { intakeTable } from "../../audit/intake.ts";
import type { ReadPorts } from "../../audit/read/find-events.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import type { AwsClients } from "../aws.ts";
import { now, randomId, type Cli, type Session } from "../session.ts";

/**
 * The clients of the auditor's role, once the audit has word of who reads what: no entry, no read.
 *
 * @param what - which command, and what of the audit it asks for; ids and times, never a result.
 * @throws {WaxsealError} where it could not be entered.
 */
export async function asAuditor(
  session: Session,
  what: Readonly<Record<string, string | undefined>>,
): Promise<AwsClients> {
  const clients = await session.under("auditor");
  await enterRead(session, clients.dynamo, what);
  return clients;
}

/** The word of it. */
export async function enterRead(
  session: Session,
  dynamo: AwsClients["dynamo"],
  what: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const given = Object.entries(what).filter((pair): pair is [string, string] => pair[1] !== undefined);
  await intakeTable(dynamo, session.deployment.audit.intakeTable).enter({
    intakeId: `read-${randomId()}`,
    type: "audit_read",
    at: now().toISOString(),
    actor: session.caller,
    caller: "waxseal audit",
    details: Object.fromEntries(given),
  });
}

/** The audit log, for whoever looks for events in it. */
export async function openAudit(
  cli: Cli,
  session: Session,
  what: Readonly<Record<string, string | undefined>>,
): Promise<ReadPorts & { readonly goOn: () => void; readonly clients: AwsClients }> {
  const clients = await asAuditor(session, what);
  return {
    ...{ clients, dynamo: clients.dynamo },
    table: session.deployment.audit.logTable,
    onProgress: (seen) => cli.terminal.progress(`audit: ${seen} events looked at`),
    goOn: () => {
      if (cli.signal.aborted) throw new OperatorError("JOB_STOPPED", "Stopped before it was done");
    },
  };
}
