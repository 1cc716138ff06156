import type { Command } from "commander";
import { censusLines, censusOf } from "../census.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { jobAnswer, jobLines } from "../job-runs.ts";
import { rotationStateOf } from "../kms-keys.ts";
import { rewrap, type RewrapOptions } from "../rewrap.ts";
import { rotateMaterial, switchStep } from "../rotate.ts";
import { Session, type Cli } from "../session.ts";
import { addRewrapOptions, type RewrapFlags } from "./rewrap.ts";

interface Flags extends RewrapFlags {
  readonly to?: string;
}

/** `waxseal rotate` */
export function addRotate(program: Command, cli: Cli): void {
  const command = program
    .command("rotate")
    .description("new key material, or another KMS key, then a rewrap of every record, then a census")
    .option("--to <name>", "put the KMS key of this name in use (the setting encryptionKeys): says each step")
    .option("--dry-run", "say what it would do, and change nothing")
    .addHelpText(
      "after",
      `
Without --to: the KMS key in use gets new key material, of which KMS allows 25 on demand for each key, ever.
It takes KMS some time after its answer; the command waits, rewraps, and counts.
With --to: each step that is a deployment is printed, and is yours to run; then the same command again.`,
    )
    .action(async (_options: unknown, self: Command) => {
      const { stage, to, dryRun = false, segments, share, failures } = self.optsWithGlobals<Flags>();
      const session = await Session.open(cli, stage);
      const options = { dryRun: false, segments, share: share ?? session.deployment.kmsShare, failures };
      if (dryRun && to === undefined) await sayWhatItWouldDo(cli, session);
      else if (to === undefined) await rotateHere(cli, session, options);
      else await switchTo(cli, session, to, { ...options, dryRun });
    });
  addRewrapOptions(command);
}

async function sayWhatItWouldDo(cli: Cli, session: Session): Promise<void> {
  const { writeEncryptionKeyId: encryptionKeyId } = session.deployment;
  const state = await rotationStateOf(session.own.kms, encryptionKeyId);
  const census = await censusOf(session, await session.under("rewrap"), cli.terminal);
  const { keyMaterialId, onDemandLeft, inProgress } = state;
  const answer = { encryptionKeyId, from: keyMaterialId, onDemandLeft, inProgress, census };
  cli.terminal.answer({ schemaVersion: 1, dryRun: true, ...answer }, () => [
    `Would make new key material for ${encryptionKeyId} (${onDemandLeft} of 25 left), and rewrap ${census.total} records.`,
    ...censusLines(census),
  ]);
}

async function rotateHere(cli: Cli, session: Session, options: RewrapOptions): Promise<void> {
  const { job, census, ...rotated } = await rotateMaterial(cli, session, options);
  const complete = job.state === "complete" && census.behind === 0;
  if (!complete) cli.exitCode = cli.signal.aborted ? 130 : 1;
  const answer = { ...rotated, ...jobAnswer(job), complete, census };
  cli.terminal.answer({ schemaVersion: 1, ...answer }, () => [
    `New key material: ${rotated.to} (before: ${rotated.from}); ${rotated.onDemandLeft} rotations on demand are left.`,
    ...jobLines(job),
    ...censusLines(census),
  ]);
}

async function switchTo(cli: Cli, session: Session, name: string, options: RewrapOptions): Promise<void> {
  if (!/^[a-z0-9]{1,8}$/.test(name))
    throw new OperatorError("USAGE", "--to takes a name: 1 to 8 of a-z and 0-9");
  const step = switchStep(session, name);
  if (step.step !== "rewrap") {
    // Nothing was done here; what is to be done is a deployment.
    cli.exitCode = 3;
    const again = `Then again: waxseal rotate --to ${name}`;
    cli.terminal.answer({ schemaVersion: 1, ...step, complete: false }, () => [
      `Next: ${step.next}`,
      `  (with your other settings; it ${step.why})`,
      again,
    ]);
    return;
  }
  const job = await rewrap(cli, session, options);
  const census = await censusOf(session, await session.under("rewrap"), cli.terminal);
  const complete = job.state === "complete" && (census.behind === 0 || options.dryRun);
  if (!complete) cli.exitCode = cli.signal.aborted ? 130 : 1;
  const others = [...session.deployment.encryptionKeys.keys()].filter((other) => other !== name);
  const next = complete && !options.dryRun ? others.map((other) => `waxseal retire ${other}`) : [];
  const answer = { step: "rewrap", ...jobAnswer(job), complete, next: next[0], census };
  cli.terminal.answer({ schemaVersion: 1, ...answer }, () => [
    ...jobLines(job),
    ...censusLines(census),
    ...next.map((one) => `Next: ${one}`),
  ]);
}
