import { setTimeout as sleep } from "node:timers/promises";
import type { Census } from "../census/census.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { Job } from "../jobs/job.ts";
import { censusOf } from "./census.ts";
import { beginRotation, MAX_ON_DEMAND_ROTATIONS, rotationStateOf } from "./kms-keys.ts";
import { rewrap, type RewrapOptions } from "./rewrap.ts";
import type { Cli, Session } from "./session.ts";

/** What came of a rotation. */
export interface Rotated {
  /** ARN. */
  readonly encryptionKeyId: string;
  /** The material before and after; the same where only another KMS key was put in use. */
  readonly from: string;
  readonly to: string;
  readonly onDemandLeft: number;
  readonly job: Job;
  readonly census: Census;
}

/** How often, and for how long, KMS is asked whether the rotation that it began is done. */
const ASK_EVERY_MS = 500;
const LONGEST_MS = 3_600_000;

/**
 * New key material for the KMS key in use, then a rewrap of every record, then a census. A rotation that is under
 * way already is waited for, not begun once more: so a command that was killed goes on.
 *
 * @throws {OperatorError} `REFUSED` where the 25 on-demand rotations are used up.
 */
export async function rotateMaterial(cli: Cli, session: Session, options: RewrapOptions): Promise<Rotated> {
  const { writeEncryptionKeyId: encryptionKeyId } = session.deployment;
  const before = await rotationStateOf(session.own.kms, encryptionKeyId);
  if (!before.inProgress && before.onDemandLeft === 0) throw refusal(before.nextAutomatic);
  if (!before.inProgress) await beginRotation(session.own.kms, encryptionKeyId);
  cli.terminal.say(`KMS makes new key material for ${encryptionKeyId}`);
  const to = await rotated(cli, session, before.keyMaterialId);
  const job = await rewrap(cli, session, options);
  const census = await censusOf(session, await session.under("rewrap"), cli.terminal);
  const onDemandLeft = before.inProgress ? before.onDemandLeft : before.onDemandLeft - 1;
  return { encryptionKeyId, from: before.keyMaterialId, to, onDemandLeft, job, census };
}

function refusal(nextAutomatic: Date | undefined): OperatorError {
  const automatic = nextAutomatic
    ? ` The next automatic rotation is on ${nextAutomatic.toISOString().slice(0, 10)}.`
    : "";
  return new OperatorError(
    "REFUSED",
    `KMS rotates a key on demand ${MAX_ON_DEMAND_ROTATIONS} times, and all are used.${automatic} ` +
      "Put another KMS key in use: waxseal rotate --to NAME",
  );
}

/** Waits until data keys are wrapped under another material. @returns which. */
async function rotated(cli: Cli, session: Session, before: string): Promise<string> {
  const deadline = performance.now() + LONGEST_MS;
  while (performance.now() < deadline) {
    const { keyMaterialId, inProgress } = await rotationStateOf(
      session.own.kms,
      session.deployment.writeEncryptionKeyId,
    );
    if (keyMaterialId !== before && !inProgress) return keyMaterialId;
    if (cli.signal.aborted) throw new OperatorError("JOB_STOPPED", "Stopped while KMS rotates: run it again");
    cli.terminal.progress("waiting for KMS, which rotates after its answer");
    await sleep(ASK_EVERY_MS);
  }
  throw new OperatorError("AWS_UNAVAILABLE", "KMS has not rotated the key within an hour: run it again");
}

/** The next step towards another KMS key in use, or none where it is and nothing needs the others any more. */
export type SwitchStep =
  | { readonly step: "add" | "write"; readonly next: string; readonly why: string }
  | { readonly step: "rewrap" };

/** Each step is one setting and one deployment, so that at every moment what is wrapped can be opened. */
export function switchStep({ deployment }: Session, name: string): SwitchStep {
  const { encryptionKeys, writeEncryptionKeyId, stage } = deployment;
  const names = [...encryptionKeys.keys()];
  const kmsKey = encryptionKeys.get(name);
  const deploy = `npx cdk deploy -c stage=${stage}`;
  if (kmsKey === undefined) {
    return {
      step: "add",
      next: `${deploy} -c encryptionKeys=${[...names, name].join(",")} -c writeEncryptionKey=${writtenUnder(deployment.encryptionKeys, writeEncryptionKeyId)}`,
      why: "makes the KMS key, and lets every function open what it will wrap, before anything is wrapped under it",
    };
  }
  if (kmsKey !== writeEncryptionKeyId) {
    return {
      step: "write",
      next: `${deploy} -c encryptionKeys=${names.join(",")} -c writeEncryptionKey=${name}`,
      why: "wraps new data keys under it; what is wrapped under the others opens as before",
    };
  }
  return { step: "rewrap" };
}

function writtenUnder(encryptionKeys: ReadonlyMap<string, string>, arn: string): string {
  return [...encryptionKeys].find(([, one]) => one === arn)?.[0] ?? "";
}
