import { intakeTable } from "../../audit/intake.ts";
import type { ReadPorts } from "../../audit/read/find-events.ts";
import type { AwsClients } from "../aws.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { now, randomId, type Cli, type Session } from "../session.ts";

/** What was asked: names and ids, and nothing of the answer. */
export type Asked = Readonly<Record<string, string | undefined>>;

/**
 * The audit log for an auditor, once it is entered that they read it and what they asked: without the entry nothing is
 * read.
 *
 * @throws {WaxsealError} where it cannot be entered.
 */
export async function openAudit(
  cli: Cli,
  session: Session,
  command: string,
  asked: Asked,
): Promise<ReadPorts & { readonly goOn: () => void }> {
  const { dynamo } = await session.under("auditor");
  await enterRead(session, dynamo, command, asked);
  return {
    dynamo,
    table: session.deployment.audit.log,
    onProgress: (seen) => cli.terminal.progress(`${command}: ${seen} events looked at`),
    goOn: () => {
      if (cli.signal.aborted) throw new OperatorError("JOB_STOPPED", "Stopped before it was done");
    },
  };
}

export async function enterRead(
  { caller, deployment }: Session,
  dynamo: AwsClients["dynamo"],
  command: string,
  asked: Asked,
): Promise<void> {
  const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined);
  await intakeTable(dynamo, deployment.audit.intake).enter({
    intakeId: `read-${randomId()}`,
    type: "audit_read",
    at: now().toISOString(),
    actor: caller,
    caller: `waxseal ${command}`,
    details: Object.fromEntries(given),
  });
}
