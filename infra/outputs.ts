import { Fn } from "aws-cdk-lib";
import { checkpointScheduleOf, lockOf } from "../lib/audit-settings.ts";
import type { AuditOutputs, DeploymentOutputs } from "../lib/deployment-outputs.ts";
import { registeredProviders } from "../lib/providers/registered.ts";
import type { Settings } from "../lib/settings.ts";
import type { Audit } from "./audit/audit.ts";
import type { Topics } from "./audit/topics.ts";
import type { Use } from "./encryption-keys.ts";
import type { Jobs } from "./jobs.ts";
import type { ProviderKeys } from "./provider-keys.ts";

/** What the operator's command line finds a deployment by: nothing in it is secret. */
export function deploymentOutputs(
  settings: Settings,
  providerKeys: ProviderKeys,
  { table, roles }: Jobs,
): Omit<DeploymentOutputs, keyof AuditOutputs> {
  const { encryptionKeys } = providerKeys;
  const rolesOf = (use: Use) => Fn.join(",", encryptionKeys.rolesOf(use));
  const arns = Object.entries(encryptionKeys.all).map(([name, { keyArn }]) => `${name}=${keyArn}`);
  return {
    ProviderKeysTable: providerKeys.table.tableName,
    JobsTable: table.tableName,
    EncryptionKeyArn: providerKeys.kmsKey.keyArn,
    EncryptionKeys: Fn.join(",", arns),
    Issuer: settings.issuer,
    WriteSuite: settings.writeSuite,
    ReadSuites: settings.readSuites.join(","),
    Endpoints: endpointsOf(settings).join(","),
    KmsQuota: String(settings.kmsQuota),
    KmsShare: String(settings.kmsShare),
    TombstoneDays: String(settings.tombstoneDays),
    LongestInvocationSeconds: providerKeys.longestInvocationSeconds,
    SavingRoles: rolesOf("saving"),
    OpeningRoles: rolesOf("opening"),
    RewrappingRoles: rolesOf("rewrapping"),
    RewrapRole: roles.rewrap?.roleArn ?? "",
    ...(roles.reseal && { ResealRole: roles.reseal.roleArn }),
    ...(roles.import && { ImportRole: roles.import.roleArn }),
    ...(roles["import-verify"] && { ImportVerifyRole: roles["import-verify"].roleArn }),
    ...(roles.export && { ExportRole: roles.export.roleArn }),
  };
}

/** What the audit is kept in, and how its witness is set. */
export function auditOutputs(
  settings: Settings,
  { tables, trail, bucket, checkpoints, auditor, eraser, redrive }: Audit,
  { topics }: Topics,
): AuditOutputs {
  return {
    AuditLogTable: tables.log.tableName,
    AuditIntakeTable: tables.intake.tableName,
    TrailLedgerTable: tables.ledger.tableName,
    GraceSeconds: String(settings.graceSeconds),
    AuditBucket: bucket.bucketName,
    AuditLock: lockOf(settings),
    CheckpointSchedule: checkpointScheduleOf(settings),
    ...(checkpoints && { CheckpointKeyArn: checkpoints.kmsKey.keyArn }),
    AuditorRole: auditor.role.roleArn,
    AuditRedriveFunction: redrive.fn.functionArn,
    AuditRedriveRole: redrive.role.roleArn,
    ...(eraser && { AuditEraseRole: eraser.role.roleArn }),
    ...(trail && { TrailBucket: trail.bucketName }),
    ...(trail && trail.prefix !== "" && { TrailPrefix: trail.prefix }),
    PageTopicArn: topics.page.topicArn,
    TicketTopicArn: topics.ticket.topicArn,
  };
}

function endpointsOf(settings: Settings): string[] {
  return registeredProviders(settings).flatMap(({ id, endpoints }) =>
    endpoints.map(({ endpointId }) => `${id}=${endpointId}`),
  );
}
