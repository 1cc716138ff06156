import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import {
  AccountRootPrincipal,
  ArnPrincipal,
  CompositePrincipal,
  Role,
  type IPrincipal,
  type PolicyStatement,
} from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { byOwnerIndex, byWitnessIndex } from "../../lib/audit-attributes.ts";
import type { Settings } from "../../lib/settings.ts";
import { accept, acceptedOfAuditor } from "../findings.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { allow } from "../statements.ts";
import { acceptObjects } from "./buckets.ts";
import { enterIntake } from "./statements.ts";
import type { AuditTables } from "./tables.ts";
import type { TrailPlace } from "./trail.ts";

export interface AuditReadersProps {
  readonly settings: Settings;
  readonly providerKeys: ProviderKeys;
  readonly tables: AuditTables;
  readonly bucket: Bucket;
  /** Undefined where nothing is signed. */
  readonly checkpointKey: IKey | undefined;
  /** Undefined where there is none. */
  readonly trail: TrailPlace | undefined;
}

/**
 * The roles of people for the audit. An auditor reads all of it and changes none; that they read they enter first.
 * Whoever erases a person's events is there only while the setting `jobs` names `audit-erase`.
 */
export class AuditReaders extends Construct {
  readonly auditor: Role;
  readonly auditErase: Role | undefined;

  constructor(scope: Construct, id: string, props: AuditReadersProps) {
    super(scope, id);
    const { settings, providerKeys } = props;
    this.auditor = this.#role("auditor", settings, settings.auditors);
    this.#grantAuditor(props);
    providerKeys.grantAudit(this.auditor);
    if (!settings.jobs.includes("audit-erase")) return;
    this.auditErase = this.#role("audit-erase", settings, settings.operators);
    for (const statement of erasing(props.tables)) this.auditErase.addToPrincipalPolicy(statement);
    providerKeys.grantOwnerStatus(this.auditErase);
  }

  #grantAuditor({ tables, bucket, checkpointKey, trail }: AuditReadersProps): void {
    const { bucketArn } = bucket;
    const statements = [
      ...readTable(tables.log, "Log"),
      queryIndex(tables.log, byOwnerIndex.indexName),
      queryIndex(tables.log, byWitnessIndex.indexName),
      ...readTable(tables.ledger, "Ledger"),
      enterIntake(tables.intake.tableArn),
      allow("s3:ListBucket", bucketArn, {}, "ListObjects"),
      allow("s3:ListBucketVersions", bucketArn, {}, "ListVersions"),
      allow("s3:GetBucketObjectLockConfiguration", bucketArn, {}, "SeeTheLock"),
      allow("s3:GetObject", `${bucketArn}/*`, {}, "ReadObjects"),
      allow("s3:GetObjectVersion", `${bucketArn}/*`, {}, "ReadVersions"),
      ...(checkpointKey
        ? [allow("kms:GetPublicKey", checkpointKey.keyArn), allow("kms:DescribeKey", checkpointKey.keyArn)]
        : []),
    ];
    if (trail) {
      statements.push(
        allow("s3:GetObject", `${trail.bucketArn}/*`, {}, "ReadTrail"),
        allow("s3:ListBucket", trail.bucketArn, {}, "ListTrail"),
        // Its public keys are one list for all ("ListPublicKeys").
        allow("cloudtrail:ListPublicKeys", "*"),
      );
      for (const evidence of [`${trail.arnInNag}/*`, "*"])
        accept(this.auditor, acceptedOfAuditor, `[Resource::${evidence}]`);
    }
    for (const statement of statements) this.auditor.addToPrincipalPolicy(statement);
    acceptObjects(this.auditor, bucket, "*", acceptedOfAuditor);
  }

  #role(name: string, { stage }: Settings, people: readonly string[]): Role {
    return new Role(this, `${name}Role`, {
      description: `Waxseal (${stage}): taken by a person for the audit, as ${name}`,
      assumedBy: principalOf(people),
      maxSessionDuration: Duration.hours(1),
    });
  }
}

/** Finds an owner's events, and deletes them; whether they may be it sees by the records that there still are. */
function erasing({ log, intake }: AuditTables): PolicyStatement[] {
  return [
    queryIndex(log, byOwnerIndex.indexName),
    allow("dynamodb:Query", log.tableArn, {}, "QueryLog"),
    allow("dynamodb:DeleteItem", log.tableArn, {}, "EraseEvents"),
    enterIntake(intake.tableArn),
  ];
}

function readTable({ tableArn }: Table, name: string): PolicyStatement[] {
  return ["GetItem", "Query", "Scan"].map((action) =>
    allow(`dynamodb:${action}`, tableArn, {}, `${action}${name}`),
  );
}

function queryIndex({ tableArn }: Table, indexName: string): PolicyStatement {
  return allow("dynamodb:Query", `${tableArn}/index/${indexName}`, {}, `Query${indexName}`);
}

/** The account itself lets nobody in: whoever takes the role needs `sts:AssumeRole` for it in a policy of theirs. */
function principalOf(people: readonly string[]): IPrincipal {
  if (people.length === 0) return new AccountRootPrincipal();
  return new CompositePrincipal(...people.map((arn) => new ArnPrincipal(arn)));
}
