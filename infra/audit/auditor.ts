import { Duration } from "aws-cdk-lib";
import { Role, type PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { byOwnerIndex, byWitnessIndex } from "../../lib/audit-attributes.ts";
import { headAttributes } from "../../lib/attributes.ts";
import type { Settings } from "../../lib/settings.ts";
import { accept, acceptedOfAuditor } from "../findings.ts";
import { whoMayTake } from "../jobs.ts";
import { allow } from "../statements.ts";
import { acceptObjects } from "./buckets.ts";
import { enterIntake } from "./statements.ts";
import type { AuditTables } from "./tables.ts";
import type { TrailPlace } from "./trail.ts";

export interface AuditorProps {
  readonly settings: Settings;
  readonly providerKeys: Table;
  readonly tables: AuditTables;
  readonly bucket: Bucket;
  readonly signingKey: Key | undefined;
  readonly trail: TrailPlace | undefined;
}

/**
 * The role of an auditor: sees every event, the evidence for them and CloudTrail's files, of a record how far it is, and
 * nothing sealed. It changes nothing, but leaves word of what it reads.
 */
export class Auditor extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: AuditorProps) {
    super(scope, id);
    const { settings, bucket, trail } = props;
    this.role = new Role(this, "Role", {
      description: `Waxseal (${settings.stage}): taken by an auditor`,
      assumedBy: whoMayTake(settings.auditors),
      maxSessionDuration: Duration.hours(1),
    });
    for (const statement of statementsFor(props)) this.role.addToPrincipalPolicy(statement);
    acceptObjects(this.role, bucket, "*");
    if (!trail) return;
    for (const evidence of [`${trail.arnInNag}/*`, "*"])
      accept(this.role, acceptedOfAuditor, `[Resource::${evidence}]`);
  }
}

function statementsFor({ providerKeys, tables, bucket, signingKey, trail }: AuditorProps): PolicyStatement[] {
  const log = tables.log.tableArn;
  const indexes = [byOwnerIndex, byWitnessIndex].map(({ indexName }) => `${log}/index/${indexName}`);
  return [
    allow("dynamodb:GetItem", log, {}, "GetEvents"),
    allow("dynamodb:BatchGetItem", log, {}, "BatchGetEvents"),
    allow("dynamodb:Query", log, {}, "QueryEvents"),
    allow("dynamodb:Scan", log, {}, "ScanEvents"),
    ...indexes.map((arn, index) => allow("dynamodb:Query", arn, {}, `QueryIndex${index}`)),
    allow("dynamodb:Query", tables.ledger.tableArn, {}, "QueryLedger"),
    allow("dynamodb:Scan", tables.ledger.tableArn, {}, "ScanLedger"),
    enterIntake(tables.intake.tableArn, ["read-"]),
    allow(
      "dynamodb:Scan",
      providerKeys.tableArn,
      {
        "ForAllValues:StringEquals": { "dynamodb:Attributes": [...headAttributes] },
        Null: { "dynamodb:Attributes": "false" },
        StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      },
      "ScanHeads",
    ),
    allow("s3:GetObject", bucket.arnForObjects("*"), {}, "GetEvidence"),
    allow("s3:GetObjectVersion", bucket.arnForObjects("*"), {}, "GetEvidenceVersions"),
    allow("s3:ListBucket", bucket.bucketArn, {}, "ListEvidence"),
    allow("s3:ListBucketVersions", bucket.bucketArn, {}, "ListEvidenceVersions"),
    ...(signingKey ? [allow("kms:GetPublicKey", signingKey.keyArn)] : []),
    ...(trail
      ? [
          allow("s3:GetObject", `${trail.bucketArn}/*`, {}, "GetTrail"),
          allow("s3:ListBucket", trail.bucketArn, {}, "ListTrail"),
          // Its public keys are one list for all ("ListPublicKeys").
          allow("cloudtrail:ListPublicKeys", "*"),
        ]
      : []),
  ];
}
