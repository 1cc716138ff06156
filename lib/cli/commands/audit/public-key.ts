import type { Command } from "commander";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { publicKeyOf } from "../../audit/evidence.ts";
import { Session, type Cli } from "../../session.ts";

/** `waxseal audit public-key` */
export function addAuditPublicKey(audit: Command, cli: Cli): void {
  audit
    .command("public-key")
    .description("print the public key that checkpoints are signed for: an auditor keeps it elsewhere")
    .action(async (_options: unknown, command: Command) => {
      const { stage } = command.optsWithGlobals<{ stage?: string }>();
      const session = await Session.open(cli, stage);
      const { checkpointKeyId: keyId } = session.deployment.audit;
      const publicKey = await publicKeyOf(await session.under("auditor"), keyId);
      if (publicKey === undefined)
        throw new OperatorError(
          "REFUSED",
          "No checkpoints are signed: cdk deploy -c checkpointSchedule='rate(1 hour)'",
        );
      cli.terminal.answer({ schemaVersion: 1, keyId, publicKey }, () => [publicKey.trimEnd()]);
    });
}
