import type { Command } from "commander";
import type { KmsCall } from "../../../witness/call.ts";
import type { Completeness } from "../../../witness/completeness.ts";
import type { Judgement } from "../../../witness/verdict.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { completenessOfDeployment, witnessOf } from "../../audit/completeness.ts";
import { evidenceOf } from "../../audit/evidence.ts";
import { asAuditor } from "../../audit/reading.ts";
import { completenessLines } from "../../audit/verify.ts";
import { Session, type Cli } from "../../session.ts";
import { plainText } from "../../terminal.ts";

interface Flags {
  readonly stage?: string;
  readonly from?: string;
  readonly to?: string;
  readonly trail?: string;
}

/** A call of KMS, with what came of it. */
interface JudgedCall {
  readonly at: string;
  readonly operation: string;
  readonly status: Judgement["status"];
  readonly reason: string;
  readonly principal: string;
  readonly requestId: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
  readonly useId?: string;
  readonly errorCode?: string;
}

const after = `
Each call of KMS that CloudTrail shows on the stack's KMS keys, with what explains it: a claim, a save, a rewrap; or why
nothing does. From the trail's files and the audit log alone, whatever the alarms said at the time. Runs under the
auditor's role, and is itself an event. Ends with 0 only if all is accounted for.`;

/** `waxseal audit reconcile` */
export function addAuditReconcile(audit: Command, cli: Cli): void {
  audit
    .command("reconcile")
    .description("hold CloudTrail's record of each call of KMS against the audit")
    .option("--from <time>", "from this time on, as 2026-11-25T10:00:00Z (default: the first event)")
    .option("--to <time>", "and up to this one (default: now)")
    .option(
      "--trail <place>",
      "a folder with a copy of the trail, or s3://bucket/prefix (default: the deployment's)",
    )
    .addHelpText("after", after)
    .action(async (_options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Flags>();
      const { calls, completeness } = await reconcile(cli, flags);
      cli.exitCode = completeness.ok === true ? 0 : 1;
      cli.terminal.answer({ schemaVersion: 1, ...completeness, calls }, () => [
        ...calls.map(lineOf),
        ...completenessLines(completeness),
      ]);
    });
}

async function reconcile(
  cli: Cli,
  { stage, from, to, trail }: Flags,
): Promise<{ calls: JudgedCall[]; completeness: Completeness }> {
  const session = await Session.open(cli, stage);
  const clients = await asAuditor(session, { command: "reconcile", from, to });
  const witness = witnessOf(session, clients, await evidenceOf(session, clients, undefined), trail);
  if (!witness.source)
    throw new OperatorError(
      "REFUSED",
      "The deployment has no trail: cdk deploy -c trail=create, or say --trail",
    );
  const calls: JudgedCall[] = [];
  const completeness = await completenessOfDeployment(cli, witness, { from, to }, (call, judgement) => {
    calls.push(judgedCall(call, judgement));
  });
  return { calls: calls.toSorted((one, other) => (one.at < other.at ? -1 : 1)), completeness };
}

function judgedCall(call: KmsCall, judgement: Judgement): JudgedCall {
  const { at, operation, requestId, encryptionContext, use, errorCode } = call;
  const { reason } = judgement.status === "pending" ? judgement.otherwise : judgement;
  return {
    ...{
      at,
      operation,
      status: judgement.status,
      reason,
      principal: call.principal.arn,
      requestId,
      encryptionContext,
    },
    ...(use && { useId: use.useId }),
    ...(errorCode !== undefined && { errorCode }),
  };
}

function lineOf({ at, operation, status, reason, principal, requestId }: JudgedCall): string {
  const columns = [at, operation.padEnd(15), status.padEnd(13), reason.padEnd(17), principal, requestId];
  return plainText(columns.join("  "));
}
