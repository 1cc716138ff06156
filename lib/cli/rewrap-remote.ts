/** A rewrap by the deployed durable function: begun here, followed here if wished, and run there. */
import { setTimeout as sleep } from "node:timers/promises";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { awsErrorName } from "../aws-failure.ts";
import { isEnded, type Job } from "../jobs/job.ts";
import { currentWrapping } from "../jobs/kms-key.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { startOrResumeJob } from "../jobs/start-job.ts";
import { noneRewrapped } from "../rewrap/rewrap-page.ts";
import { rewrapAim } from "../rewrap/wrapping.ts";
import { progressLine } from "./job-runs.ts";
import { now, randomId, type Cli, type Session } from "./session.ts";

export interface RemoteOptions {
  readonly dryRun: boolean;
  readonly segments: number;
}

export interface RemoteRewrap {
  readonly job: Job;
  /** ARN of the durable execution. */
  readonly execution: string;
}

const POLL_MS = 1000;

/**
 * Begins the job, or goes on with the unfinished one of the same aim, and has the function run it: by the operator's
 * own credentials, which need `lambda:InvokeFunction`.
 *
 * @throws {OperatorError} `NOT_SWITCHED_ON` where there is no such function; `REFUSED`, `AWS_UNAVAILABLE`, and the job
 *   is then stopped.
 */
export async function startRemotely(
  cli: Cli,
  session: Session,
  { dryRun, segments }: RemoteOptions,
): Promise<RemoteRewrap> {
  const functionArn = functionOf(session);
  const current = await currentWrapping(session.own.kms, session.deployment.writeEncryptionKeyId);
  const ports = { jobs: session.jobs, startedBy: session.caller, now, newId: randomId };
  const aim = rewrapAim(current, dryRun);
  const request = { kind: "rewrap", aim, segments, counts: noneRewrapped } as const;
  const { job, resumed } = await startOrResumeJob(ports, request);
  if (resumed) cli.terminal.say(`Going on with ${job.jobId}, begun at ${job.startedAt}`);
  // A name is taken for as long as its execution is kept: each run of a job needs one of its own.
  const name = resumed ? `${job.jobId}-${job.runner.slice(0, 8)}` : job.jobId;
  const event = { task: "rewrap", dryRun, segments };
  const execution = await invoke(session, functionArn, name, event).catch(async (error: unknown) => {
    await session.jobs.end(job, "stopped");
    throw error;
  });
  return { job, execution };
}

/**
 * Follows the job with progress until it has ended, its execution has, or a signal comes.
 *
 * @returns the job as it is then.
 */
export async function followRemotely(
  cli: Cli,
  session: Session,
  { job: begun, execution }: RemoteRewrap,
): Promise<Job> {
  const began = performance.now();
  for (;;) {
    // In this order: what an execution did before it ended is then in the job that is read after it.
    const isRunning = await isExecutionRunning(session, execution);
    const job = (await session.jobs.get(begun.jobId)) ?? begun;
    if (isEnded(job) || !isRunning || cli.signal.aborted) return job;
    cli.terminal.progress(progressLine(job, (performance.now() - began) / 1000));
    await sleep(POLL_MS, undefined, { signal: cli.signal }).catch(() => undefined);
  }
}

function functionOf({ deployment }: Session): string {
  if (deployment.rewrapFunction !== undefined) return deployment.rewrapFunction;
  const how = "cdk deploy -c rewrapSchedule=manual (with your other settings)";
  throw new OperatorError("NOT_SWITCHED_ON", `The function that rewraps is not deployed: ${how}`);
}

async function invoke(
  { aws }: Session,
  functionArn: string,
  executionName: string,
  event: object,
): Promise<string> {
  const command = new InvokeCommand({
    FunctionName: functionArn,
    InvocationType: "Event",
    DurableExecutionName: executionName,
    Payload: JSON.stringify(event),
  });
  const { DurableExecutionArn: arn } = await new LambdaClient(aws).send(command).catch(refuse);
  if (arn === undefined) throw new OperatorError("AWS_UNAVAILABLE", "Lambda named no durable execution");
  return arn;
}

async function isExecutionRunning({ aws }: Session, arn: string): Promise<boolean> {
  const command = new GetDurableExecutionCommand({ DurableExecutionArn: arn, IncludeExecutionData: false });
  const { Status } = await new LambdaClient(aws).send(command).catch(refuse);
  return Status === "RUNNING";
}

function refuse(error: unknown): never {
  const name = awsErrorName(error);
  throw new OperatorError(
    name === "AccessDeniedException" ? "REFUSED" : "AWS_UNAVAILABLE",
    `Lambda refused: ${name}`,
  );
}
