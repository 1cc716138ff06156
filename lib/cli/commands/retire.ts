import { setTimeout as sleep } from "node:timers/promises";
import { Option, type Command } from "commander";
import { OperatorError } from "../../jobs/operator-error.ts";
import { assertOfStage, retire, scheduleDeletion, undo, type Retirement } from "../retire.ts";
import { now, Session, type Cli } from "../session.ts";

interface Flags {
  readonly stage?: string;
  readonly undo?: boolean;
  readonly wait?: boolean;
  readonly scheduleDeletion?: boolean;
}

/** `waxseal retire` */
export function addRetire(program: Command, cli: Cli): void {
  program
    .command("retire")
    .description(
      "take a KMS key out of use that no record needs any more: disable it first, delete it much later",
    )
    .argument("<key>", "its name in the setting encryptionKeys, or its ARN")
    .option("--wait", "wait until it can be disabled, rather than say when")
    .addOption(
      new Option("--undo", "enable it again, also while KMS waits to delete it").conflicts(
        "scheduleDeletion",
      ),
    )
    .option("--schedule-deletion", "have KMS delete it in 30 days, once no backup needs it")
    .addHelpText(
      "after",
      `
Refused while a record is wrapped under it, while it wraps new data keys, and until the longest invocation has passed
since nothing needs it: a function may still hold what it wrapped. Deletion is safe when no backup needs it either,
35 days after: until then a point-in-time restore brings back records that it wraps.`,
    )
    .action(async (named: string, _options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>();
      const session = await Session.open(cli, flags.stage);
      const encryptionKeyId = kmsKeyOf(session, named);
      await assertOfStage(session, encryptionKeyId);
      const retirement = await carriedOut(cli, session, encryptionKeyId, flags);
      if (retirement.state === "needed" || retirement.state === "waiting") cli.exitCode = 3;
      cli.terminal.answer({ schemaVersion: 1, encryptionKeyId, ...retirement }, () => [
        lineOf(retirement, named, session.deployment.longestInvocationSeconds),
      ]);
    });
}

async function carriedOut(
  cli: Cli,
  session: Session,
  encryptionKeyId: string,
  flags: Flags,
): Promise<Retirement> {
  if (flags.undo) return undo(session, encryptionKeyId);
  if (encryptionKeyId === session.deployment.writeEncryptionKeyId)
    throw new OperatorError(
      "REFUSED",
      "It wraps new data keys. Put another in use first: waxseal rotate --to NAME",
    );
  if (flags.scheduleDeletion) return scheduleDeletion(cli, session, encryptionKeyId);
  for (;;) {
    const retirement = await retire(cli, session, encryptionKeyId);
    if (retirement.state !== "waiting" || !flags.wait || cli.signal.aborted) return retirement;
    const milliseconds = retirement.readyAt.getTime() - now().getTime();
    cli.terminal.say(`Waiting until ${retirement.readyAt.toISOString()}`);
    await sleep(Math.max(milliseconds, 0) + 100, undefined, { signal: cli.signal }).catch(() => undefined);
  }
}

/** Also one that the stack names no more: its ARN. */
function kmsKeyOf({ deployment }: Session, named: string): string {
  const arn = deployment.encryptionKeys.get(named) ?? named;
  if (/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/.test(arn)) return arn;
  const names = [...deployment.encryptionKeys.keys()].join(", ");
  throw new OperatorError("USAGE", `There is no such KMS key; the stack has ${names}`);
}

function lineOf(retirement: Retirement, named: string, longest: number): string {
  switch (retirement.state) {
    case "needed":
      return `Refused: ${retirement.records} records need it. waxseal rewrap moves them (where it is disabled, or waits to be deleted: --undo first).`;
    case "waiting":
      return `Nothing needs it any more. A function may still have what it wrapped (the longest runs ${longest} s): again after ${retirement.readyAt.toISOString()}, or with --wait.`;
    case "disabled":
      return `Disabled. Deletion is safe from ${retirement.safeToDeleteAt.toISOString().slice(0, 10)} on: waxseal retire ${named} --schedule-deletion. Enable it again: --undo.`;
    case "enabled":
      return "Enabled again.";
    case "pendingDeletion":
      return `KMS deletes it on ${retirement.deletionAt?.toISOString().slice(0, 10) ?? "the day that KMS says"}. Until then: --undo.`;
  }
}
