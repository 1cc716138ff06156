import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import { awsErrorName, failureName } from "../aws-failure.ts";
import type { AuditOutputs, DeploymentOutputs } from "../deployment-outputs.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { cipherSuites, type SwitchedJob } from "../settings.ts";

/** A deployed stage, as its stack's outputs describe it. */
export interface Deployment {
  readonly stage: string;
  readonly stackName: string;
  /** As CloudFormation has it: `UPDATE_COMPLETE`. */
  readonly status: string;
  /** When it was last deployed. */
  readonly deployedAt: Date;
  readonly table: string;
  readonly jobsTable: string;
  /** ARN of the KMS key that wraps new data keys. */
  readonly writeEncryptionKeyId: string;
  /** ARNs of all KMS keys of the stack, by name. */
  readonly encryptionKeys: ReadonlyMap<string, string>;
  readonly issuer: string;
  readonly writeSuite: CipherSuite;
  readonly readSuites: readonly CipherSuite[];
  /** Ids of a provider and of an endpoint that is registered for it: `openai=openai-1`. */
  readonly endpoints: ReadonlySet<string>;
  /** Requests a second that the account may make of KMS, and how many percent of them a job may. */
  readonly kmsQuota: number;
  readonly kmsShare: number;
  readonly tombstoneDays: number;
  readonly longestInvocationSeconds: number;
  readonly admitted: Readonly<Record<"saving" | "opening" | "rewrapping", readonly string[]>>;
  readonly roles: OperatorRoles;
  readonly audit: AuditDeployment;
  /** ARN of the durable function with its alias, where there is one. */
  readonly rewrapFunction: string | undefined;
}

/** Where the audit is. */
export interface AuditDeployment {
  readonly logTable: string;
  readonly intakeTable: string;
  readonly ledgerTable: string;
  readonly bucket: string;
  /** `compliance`, `governance` or `none`. */
  readonly lock: string;
  /** As the setting has it, or `off`. */
  readonly checkpointSchedule: string;
  /** ARN of the KMS key that signs, where one does. */
  readonly checkpointKeyId: string | undefined;
  readonly trailBucket: string | undefined;
  readonly trailPrefix: string;
  readonly graceSeconds: number;
  /** ARN of the function that redrives. */
  readonly redriveFunction: string;
}

/** ARNs of the roles that operators take, those that are switched on. */
export interface OperatorRoles {
  readonly rewrap: string;
  readonly reseal: string | undefined;
  readonly import: string | undefined;
  readonly importVerify: string | undefined;
  readonly export: string | undefined;
  readonly auditor: string;
  readonly auditErase: string | undefined;
  readonly auditRedrive: string;
}

/** Of the jobs of the setting `jobs` the name of the role. */
export function roleOf(job: SwitchedJob): keyof OperatorRoles {
  return job === "audit-erase" ? "auditErase" : job;
}

/**
 * @throws {OperatorError} `NOT_DEPLOYED` where there is no such stage, or one of a version without what the command
 *   line needs; `AWS_UNAVAILABLE`.
 */
export async function findDeployment(
  cloudFormation: Pick<CloudFormationClient, "send">,
  stage: string,
): Promise<Deployment> {
  const stackName = `Waxseal-${stage}`;
  const stack = await describeStack(cloudFormation, stackName);
  if (!stack)
    throw new OperatorError("NOT_DEPLOYED", `There is no stack ${stackName}: cdk deploy -c stage=${stage}`);
  return deploymentOf(stage, stackName, stack);
}

async function describeStack(
  cloudFormation: Pick<CloudFormationClient, "send">,
  stackName: string,
): Promise<Stack | undefined> {
  const command = new DescribeStacksCommand({ StackName: stackName });
  try {
    const { Stacks = [] } = await cloudFormation.send(command);
    return Stacks[0];
  } catch (error) {
    // What it says of a stack that there is not (CloudFormation API reference, DescribeStacks).
    if (awsErrorName(error) === "ValidationError") return undefined;
    throw new OperatorError("AWS_UNAVAILABLE", `CloudFormation did not answer: ${failureName(error)}`);
  }
}

function deploymentOf(stage: string, stackName: string, stack: Stack): Deployment {
  const outputs = new Map(stack.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const optional = (name: keyof DeploymentOutputs | keyof AuditOutputs) => outputs.get(name) || undefined;
  const text = (name: keyof DeploymentOutputs | keyof AuditOutputs) => {
    const value = optional(name);
    if (value !== undefined) return value;
    const advice = "deploy it again with this version";
    throw new OperatorError("NOT_DEPLOYED", `The stack ${stackName} does not say its ${name}: ${advice}`);
  };
  const list = (name: keyof DeploymentOutputs) => text(name).split(",");
  return {
    stage,
    stackName,
    status: stack.StackStatus ?? "",
    deployedAt: stack.LastUpdatedTime ?? stack.CreationTime ?? new Date(0),
    table: text("ProviderKeysTable"),
    jobsTable: text("JobsTable"),
    writeEncryptionKeyId: text("EncryptionKeyArn"),
    encryptionKeys: new Map(list("EncryptionKeys").map(splitOnce)),
    issuer: text("Issuer"),
    writeSuite: suite(text("WriteSuite")),
    readSuites: list("ReadSuites").map(suite),
    endpoints: new Set(list("Endpoints")),
    kmsQuota: Number(text("KmsQuota")),
    kmsShare: Number(text("KmsShare")),
    tombstoneDays: Number(text("TombstoneDays")),
    longestInvocationSeconds: Number(text("LongestInvocationSeconds")),
    admitted: {
      saving: list("SavingRoles"),
      opening: list("OpeningRoles"),
      rewrapping: list("RewrappingRoles"),
    },
    roles: {
      rewrap: text("RewrapRole"),
      reseal: optional("ResealRole"),
      import: optional("ImportRole"),
      importVerify: optional("ImportVerifyRole"),
      export: optional("ExportRole"),
      auditor: text("AuditorRole"),
      auditErase: optional("AuditEraseRole"),
      auditRedrive: text("AuditRedriveRole"),
    },
    audit: {
      logTable: text("AuditLogTable"),
      intakeTable: text("AuditIntakeTable"),
      ledgerTable: text("TrailLedgerTable"),
      bucket: text("AuditBucket"),
      lock: text("AuditLock"),
      checkpointSchedule: text("CheckpointSchedule"),
      checkpointKeyId: optional("CheckpointKeyArn"),
      trailBucket: optional("TrailBucket"),
      trailPrefix: optional("TrailPrefix") ?? "",
      graceSeconds: Number(text("GraceSeconds")),
      redriveFunction: text("AuditRedriveFunction"),
    },
    rewrapFunction: optional("RewrapFunction"),
  };
}

/** `1=arn:…` */
function splitOnce(text: string): [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}

function suite(text: string): CipherSuite {
  const known = cipherSuites.find((one) => one === text);
  if (known) return known;
  throw new OperatorError("NOT_DEPLOYED", "The stack has a cipher suite that this version does not know");
}
