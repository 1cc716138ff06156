import type { Command } from "commander";
import { erasable, eraseEvents, type ErasePorts } from "../../../audit/erase.ts";
import { erasableLog } from "../../../audit/erasable-log.ts";
import { erasuresOf } from "../../../audit/erasures.ts";
import { intakeTable } from "../../../audit/intake.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { ProviderKeyStore } from "../../../provider-keys/store.ts";
import { addOwner, ownerOf, type FilterFlags } from "../../audit/filters.ts";
import { enterRead } from "../../audit/reading.ts";
import type { AwsClients } from "../../aws.ts";
import { now, Session, type Cli } from "../../session.ts";

interface Flags extends Pick<FilterFlags, "owner" | "user" | "issuer"> {
  readonly stage?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** `waxseal audit erase` */
export function addAuditErase(audit: Command, cli: Cli): void {
  addOwner(audit.command("erase").description("erase the events of one person, on their request"))
    .option("--yes", "do it; without, it says what there is")
    .option("--force", "also while they still have provider keys")
    .addHelpText(
      "after",
      `
Hashes stay in the manifests, and that it was erased, by whom and how much, in the audit: verification holds and says so.
It runs under a role that is there only while the setting jobs has audit-erase. Run it again, and it goes on.`,
    )
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const session = await Session.open(cli, flags.stage);
      const ownerId = ownerOf(flags, session.deployment.issuer);
      if (ownerId === undefined) throw new OperatorError("USAGE", "Say whose: --owner ID or --user USERID");
      await erase(cli, session, ownerId, flags);
    });
}

async function erase(
  cli: Cli,
  session: Session,
  ownerId: string,
  { yes = false, force = false }: Flags,
): Promise<void> {
  const { dynamo } = await session.under("auditErase");
  // Whose it is would stay, in an event that nobody asks to erase.
  await enterRead(session, dynamo, { command: "erase" });
  const statuses = await new ProviderKeyStore(dynamo, session.deployment.table).listStatus({ ownerId });
  const left = statuses.filter(({ state }) => state !== "removed").length;
  if (left > 0 && !force) {
    const why = `The person still has ${left} provider keys, whose next change is an event again`;
    throw new OperatorError("REFUSED", `${why}: remove them first, or --force`);
  }
  const ports = erasePorts(cli, session, dynamo);
  const { recordIds, events } = await erasable(ports, ownerId);
  const done = yes ? await eraseEvents(ports, ownerId) : { events: 0, records: 0, left: 0 };
  if (done.left > 0) cli.exitCode = 1;
  const counts = { records: recordIds.size, events, erased: done.events, left: done.left };
  cli.terminal.answer({ schemaVersion: 1, ownerId, ...counts }, () =>
    yes
      ? [
          `${done.events} events of ${done.records} records erased`,
          ...(done.left > 0 ? [`${done.left} under the same names are another owner's, and stay`] : []),
        ]
      : [`${events} events of ${recordIds.size} records would be erased: say --yes`],
  );
}

function erasePorts(cli: Cli, { caller, deployment }: Session, dynamo: AwsClients["dynamo"]): ErasePorts {
  const { logTable, intakeTable: intakeName } = deployment.audit;
  const intake = intakeTable(dynamo, intakeName);
  return {
    log: erasableLog(dynamo, logTable),
    erasures: erasuresOf({ dynamo, logTable, intakeTable: intakeName, intake, actor: caller, now }),
    onProgress: (events) => {
      cli.terminal.progress(`audit erase: ${events} events`);
      if (cli.signal.aborted) throw new OperatorError("JOB_STOPPED", "Stopped; run it again to go on");
    },
  };
}
