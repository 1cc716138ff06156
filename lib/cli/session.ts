import { randomBytes } from "node:crypto";
import { JobStore } from "../jobs/job-store.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import {
  awsEnvironment,
  callerArn,
  clientsOf,
  clientsUnder,
  cloudFormationOf,
  isLocalEndpoint,
  type AwsClients,
  type AwsEnvironment,
} from "./aws.ts";
import { findDeployment, type Deployment, type OperatorRoles } from "./deployment.ts";
import type { Terminal } from "./terminal.ts";

/** What every command is given. */
export interface Cli {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream;
  /** Ends what is under way in order. */
  readonly signal: AbortSignal;
  /** How the process ends; a command sets it where it did not throw and yet not all is well. */
  exitCode: number;
}

/** A command's way to a deployment: with the operator's own credentials, and with the roles that they may take. */
export class Session {
  readonly aws: AwsEnvironment;
  readonly deployment: Deployment;
  /** ARN of the operator. */
  readonly caller: string;
  readonly own: AwsClients;
  readonly jobs: JobStore;

  private constructor(aws: AwsEnvironment, deployment: Deployment, caller: string) {
    this.aws = aws;
    this.deployment = deployment;
    this.caller = caller;
    this.own = clientsOf(aws);
    this.jobs = new JobStore({ dynamo: this.own.dynamo, table: deployment.jobsTable, now });
  }

  /** @throws {OperatorError} `USAGE` without a stage; `NOT_DEPLOYED`, `AWS_UNAVAILABLE`. */
  static async open({ environment }: Cli, stage: string | undefined): Promise<Session> {
    const aws = awsEnvironment(environment);
    const deployment = await findDeployment(cloudFormationOf(aws), stageOf(environment, stage));
    return new Session(aws, deployment, await callerArn(aws));
  }

  /** @throws {OperatorError} `NOT_SWITCHED_ON`, `REFUSED`. */
  under(role: keyof OperatorRoles): Promise<AwsClients> {
    const roleArn = this.deployment.roles[role];
    if (roleArn === undefined) throw new OperatorError("NOT_SWITCHED_ON", howToSwitchOn(role));
    return clientsUnder(this.aws, roleArn, this.caller);
  }
}

/** Said, or the environment's; of a local endpoint there is one only. */
export function stageOf(environment: NodeJS.ProcessEnv, said: string | undefined): string {
  const stage = said ?? environment["WAXSEAL_STAGE"] ?? (isLocalEndpoint(environment) ? "local" : undefined);
  if (stage === undefined)
    throw new OperatorError("USAGE", "Say which deployment: --stage NAME, or WAXSEAL_STAGE");
  if (!/^[a-z][a-z0-9-]{0,15}$/.test(stage)) throw new OperatorError("USAGE", "--stage takes a stage's name");
  return stage;
}

function howToSwitchOn(role: keyof OperatorRoles): string {
  const named: Partial<Record<typeof role, string>> = { importVerify: "import", auditErase: "audit-erase" };
  const job = named[role] ?? role;
  return `The role for it is not deployed. Switch it on for the job: cdk deploy -c jobs=${job} (with your other settings), and off again after it`;
}

export function now(): Date {
  return new Date();
}

/** 128 random bits, base64url. */
export function randomId(): string {
  return randomBytes(16).toString("base64url");
}
