import { Duration, Fn } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule, type CfnRule, type EventPattern } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Function } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { byWitnessIndex, pendingIndex } from "../../lib/audit-attributes.ts";
import type { Settings } from "../../lib/settings.ts";
import { Alarms } from "../alarms.ts";
import type { Use } from "../encryption-keys.ts";
import { accept, acceptedOfTrailReader } from "../findings.ts";
import { WaxsealFunction } from "../function.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { allow } from "../statements.ts";
import { enterIntake } from "./statements.ts";
import type { AuditTables } from "./tables.ts";
import type { Topics } from "./topics.ts";
import type { TrailPlace } from "./trail.ts";
import { witnessCodes } from "./witness-codes.ts";

export interface WitnessProps {
  readonly settings: Settings;
  readonly entry: string;
  readonly providerKeys: ProviderKeys;
  readonly tables: AuditTables;
  readonly topics: Topics;
  /** Undefined where the deployment has no trail. */
  readonly trail: TrailPlace | undefined;
  /** What else is watched for changes: the audit's bucket, the KMS key that signs its checkpoints. */
  readonly auditBucket?: Bucket | undefined;
  readonly checkpointKey?: IKey | undefined;
}

/**
 * The function that holds CloudTrail's record of each call of KMS against the audit log. It is there without a trail
 * too: KMS tells of some events itself, and any other trail of the account has CloudTrail's events reach EventBridge
 * (EventBridge User Guide, "Events from AWS services": these need a trail with logging enabled).
 */
export class Witness extends Construct {
  readonly fn: Function;

  constructor(scope: Construct, id: string, props: WitnessProps) {
    super(scope, id);
    const { settings, entry, topics } = props;
    const made = new WaxsealFunction(this, "Reconcile", {
      name: "reconcile",
      entry,
      settings,
      // A large file of the trail has some hundred thousand calls.
      timeout: Duration.minutes(15),
    });
    this.fn = made.fn;
    this.#tell(props);
    this.#grant(props);
    if (props.trail) this.#readTrail(props.trail);
    this.#watchForeigners(props);
    this.#watchControlPlane(props);
    const logGroups = { reconcile: made.logGroup };
    new Alarms(this, "Alarms", { stage: settings.stage, codes: witnessCodes, logGroups, topics });
  }

  #tell({ settings, providerKeys, tables, trail, auditBucket, checkpointKey }: WitnessProps): void {
    const { encryptionKeys } = providerKeys;
    const rolesOf = (use: Use) => Fn.join(",", encryptionKeys.rolesOf(use));
    const environment = {
      WAXSEAL_STAGE: settings.stage,
      WAXSEAL_AUDIT_LOG: tables.log.tableName,
      WAXSEAL_AUDIT_INTAKE: tables.intake.tableName,
      WAXSEAL_TRAIL_LEDGER: tables.ledger.tableName,
      WAXSEAL_KMS_KEYS: Fn.join(",", kmsKeyArns(providerKeys)),
      WAXSEAL_OPENING_ROLES: rolesOf("opening"),
      WAXSEAL_SAVING_ROLES: rolesOf("saving"),
      WAXSEAL_REWRAPPING_ROLES: rolesOf("rewrapping"),
      WAXSEAL_LONGEST_INVOCATION_SECONDS: providerKeys.longestInvocationSeconds,
      WAXSEAL_GRACE_SECONDS: String(settings.graceSeconds),
      ...(trail && { WAXSEAL_TRAIL_BUCKET: trail.bucketName, WAXSEAL_TRAIL_PREFIX: trail.prefix }),
      ...(auditBucket && { WAXSEAL_AUDIT_BUCKET: auditBucket.bucketName }),
      ...(checkpointKey && { WAXSEAL_CHECKPOINT_KEY: checkpointKey.keyArn }),
    };
    for (const [name, value] of Object.entries(environment)) this.fn.addEnvironment(name, value);
  }

  /** It reads the audit log by one index, and changes nothing of it. */
  #grant({ tables: { log, intake, ledger }, trail }: WitnessProps): void {
    const statements = [
      allow("dynamodb:Query", `${log.tableArn}/index/${byWitnessIndex.indexName}`, {}, "FindEvents"),
      enterIntake(intake.tableArn, ["unaccounted-", "late-", "changed-", "missing-", "role-"]),
      allow("dynamodb:GetItem", ledger.tableArn, {}, "ReadLedger"),
      allow("dynamodb:PutItem", ledger.tableArn, {}, "EnterCalls"),
      allow("dynamodb:UpdateItem", ledger.tableArn, {}, "JudgeCalls"),
      allow("dynamodb:Query", ledger.tableArn, {}, "QueryLedger"),
      allow("dynamodb:Query", `${ledger.tableArn}/index/${pendingIndex.indexName}`, {}, "FindPending"),
      ...(trail
        ? [
            allow("s3:ListBucket", trail.bucketArn, {}, "ListTrail"),
            allow("s3:GetObject", `${trail.bucketArn}/${folder(trail)}*`, {}, "ReadTrail"),
          ]
        : []),
    ];
    for (const statement of statements) this.fn.addToRolePolicy(statement);
    if (!this.fn.role || !trail) return;
    accept(this.fn.role, acceptedOfTrailReader, `[Resource::${trail.arnInNag}/${folder(trail)}*]`);
  }

  /** Each file as it comes; and every minute what nobody told of, and what waited for longer than the grace time. */
  #readTrail(trail: TrailPlace): void {
    const detail = {
      bucket: { name: [trail.bucketName] },
      object: { key: [{ prefix: folder(trail) }] },
    };
    this.#rule("TrailFiles", "A file of the trail is there", {
      source: ["aws.s3"],
      detailType: ["Object Created"],
      detail,
    });
    new Rule(this, "Sweep", {
      description: "Reads what was missed of the trail, and settles what waited",
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(this.fn, {
          event: RuleTargetInput.fromObject({ task: "sweep" }),
          retryAttempts: 0,
        }),
      ],
    });
  }

  /**
   * The fast path, minutes before the file: calls that could let somebody read, by who is none of the stack's roles.
   * Each is a read, which a rule gets in this state only (EventBridge User Guide, "Receiving read-only management
   * events from AWS services"). It is best effort; the files are complete.
   */
  #watchForeigners({ providerKeys }: WitnessProps): void {
    const { encryptionKeys } = providerKeys;
    const detail = {
      eventSource: ["kms.amazonaws.com"],
      eventName: ["Decrypt", "ReEncrypt"],
      resources: { ARN: kmsKeyArns(providerKeys) },
    };
    const ours = encryptionKeys.rolesOf("opening", "rewrapping");
    const issuer = (filter: unknown) => ({
      userIdentity: { sessionContext: { sessionIssuer: { arn: [filter] } } },
    });
    const kinds = { Roles: { "anything-but": ours }, Others: { exists: false } };
    for (const [name, filter] of Object.entries(kinds)) {
      const rule = this.#rule(`Foreign${name}`, "Somebody else uses a KMS key of the stack", {
        source: ["aws.kms"],
        detailType: ["AWS API Call via CloudTrail"],
        detail: { ...detail, ...issuer(filter) },
      });
      const resource = rule.node.defaultChild as CfnRule;
      resource.state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
    }
  }

  /** Every write to a KMS key, a bucket, or any trail of the account; what KMS tells itself. */
  #watchControlPlane({ providerKeys, trail, auditBucket, checkpointKey }: WitnessProps): void {
    const kmsKeys = [...kmsKeyArns(providerKeys), ...(checkpointKey ? [checkpointKey.keyArn] : [])];
    const buckets = [trail?.bucketName, auditBucket?.bucketName].filter((name) => name !== undefined);
    const detailType = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"];
    this.#rule("KmsKeys", "A KMS key of the stack was changed: policy, grants, state, rotation, material", {
      source: ["aws.kms"],
      detailType,
      detail: { readOnly: [false], resources: { ARN: kmsKeys } },
    });
    this.#rule("KmsEvents", "KMS rotated or deleted a key of the stack, or its material expired", {
      source: ["aws.kms"],
      detailType: ["KMS CMK Rotation", "KMS CMK Deletion", "KMS Imported Key Material Expiration"],
      resources: kmsKeys,
    });
    this.#rule("Trails", "A trail of the account was silenced or changed", {
      source: ["aws.cloudtrail"],
      detailType,
      detail: {
        eventName: ["StopLogging", "StartLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"],
      },
    });
    if (buckets.length === 0) return;
    this.#rule(
      "Buckets",
      "A bucket of the audit or the trail was changed: policy, lock, versions, lifecycle",
      {
        source: ["aws.s3"],
        detailType,
        detail: { readOnly: [false], managementEvent: [true], requestParameters: { bucketName: buckets } },
      },
    );
  }

  #rule(id: string, description: string, eventPattern: EventPattern): Rule {
    return new Rule(this, id, { description, eventPattern, targets: [new LambdaFunction(this.fn)] });
  }
}

function folder({ prefix }: TrailPlace): string {
  return prefix === "" ? "AWSLogs/" : `${prefix}/AWSLogs/`;
}

function kmsKeyArns({ encryptionKeys }: ProviderKeys): string[] {
  return Object.values(encryptionKeys.all).map(({ keyArn }) => keyArn);
}
