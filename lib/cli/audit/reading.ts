import { intakeTable } from "../../audit/intake.ts";
import type { AwsClients } from "../aws.ts";
import { now, randomId, type Session } from "../session.ts";

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
  const given = Object.entries(what).filter((pair): pair is [string, string] => pair[1] !== undefined);
  await intakeTable(clients.dynamo, session.deployment.audit.intakeTable).enter({
    intakeId: `read-${randomId()}`,
    type: "audit_read",
    at: now().toISOString(),
    actor: session.caller,
    caller: "waxseal audit",
    details: Object.fromEntries(given),
  });
  return clients;
}
