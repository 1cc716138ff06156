import type { Command } from "commander";
import { erasable, eraseEvents, type ErasePorts } from "../../../audit/erase.ts";
import { intakeTable } from "../../../audit/intake.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { ProviderKeyStore } from "../../../provider-keys/store.ts";
import { addOwner, ownerOf, type FilterFlags } from "../../audit/filters.ts";
import { enterRead } from "../../audit/reading.ts";
import { now, Session, type Cli } from "../../session.ts";

interface Flags extends Pick<FilterFlags, "owner" | "user"> {
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
  await enterRead(session, dynamo, { command: "erase", ownerId });
  const statuses = await new ProviderKeyStore(dynamo, session.deployment.table).listStatus({ ownerId });
  const left = statuses.filter(({ state }) => state !== "removed").length;
  if (left > 0 && !force) {
    const why = `The person still has ${left} provider keys, whose next change is an event again`;
    throw new OperatorError("REFUSED", `${why}: remove them first, or --force`);
  }
  const { logTable, intakeTable: entered } = session.deployment.audit;
  const ports: ErasePorts = {
    ...{ dynamo, table: logTable, intake: intakeTable(dynamo, entered), actor: session.caller, now },
    onRecord: (events) => {
      cli.terminal.progress(`audit erase: ${events} events`);
      if (cli.signal.aborted) throw new OperatorError("JOB_STOPPED", "Stopped; run it again to go on");
    },
  };
  const { recordIds, events } = await erasable(ports, ownerId);
  const erased = yes ? await eraseEvents(ports, ownerId, recordIds) : 0;
  const document = { schemaVersion: 1, ownerId, records: recordIds.length, events, erased } as const;
  cli.terminal.answer(document, () => [
    yes
      ? `${erased} events of ${recordIds.length} records erased`
      : `${events} events of ${recordIds.length} records would be erased: say --yes`,
  ]);
}
