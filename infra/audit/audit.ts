import type { Function } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { checkpointScheduleOf } from "../../lib/audit-settings.ts";
import type { JobFunctionName } from "../../lib/routes.ts";
import type { Settings } from "../../lib/settings.ts";
import { environmentOf } from "../../lib/settings-environment.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { Alarms, auditCodes } from "../alarms.ts";
import { Auditor } from "./auditor.ts";
import { evidenceBucket } from "./buckets.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Eraser } from "./eraser.ts";
import { Recorder } from "./recorder.ts";
import { Redrive } from "./redrive.ts";
import { enterIntake, readActivity } from "./statements.ts";
import { AuditTables } from "./tables.ts";
import type { Topics } from "./topics.ts";
import { Watch } from "./watch.ts";
import { trailPlace, type TrailPlace } from "./trail.ts";
import { Witness } from "./witness.ts";

export interface AuditProps {
  readonly settings: Settings;
  readonly providerKeys: ProviderKeys;
  readonly topics: Topics;
  /** The modules that export the functions' handlers, from the repository's root. */
  readonly entries: Readonly<Record<JobFunctionName, string>>;
}

/** The audit: every change of a record, and every decryption, accounted for. */
export class Audit extends Construct {
  readonly #settings: Settings;
  readonly #providerKeys: ProviderKeys;
  readonly tables: AuditTables;
  /** Manifests and checkpoints. */
  readonly bucket: Bucket;
  readonly recorder: Recorder;
  readonly redrive: Redrive;
  /** Absent where nothing is signed. */
  readonly checkpoints: Checkpoints | undefined;
  readonly auditor: Auditor;
  /** Undefined where the deployment has no trail. */
  readonly trail: TrailPlace | undefined;
  readonly witness: Witness;
  /** Only while it is switched on. */
  readonly eraser: Eraser | undefined;

  constructor(scope: Construct, id: string, props: AuditProps) {
    super(scope, id);
    const { settings, entries, providerKeys } = props;
    this.#settings = settings;
    this.#providerKeys = providerKeys;
    this.tables = new AuditTables(this, "Tables");
    this.bucket = evidenceBucket(this, "Evidence", settings);
    const { tables, bucket } = this;
    const entry = entries["audit-recorder"];
    const recorded = { settings, entry, tables, bucket, providerKeys: providerKeys.table };
    this.recorder = new Recorder(this, "Recorder", recorded);
    const { recorder } = this;
    this.redrive = new Redrive(this, "Redrive", { settings, entry: entries["audit-redrive"], recorder });
    if (checkpointScheduleOf(settings) !== "off")
      this.checkpoints = new Checkpoints(this, "Checkpoints", {
        ...{ settings, entry: entries.checkpoint, tables, bucket },
      });
    if (settings.jobs.includes("audit-erase"))
      this.eraser = new Eraser(this, "Eraser", { settings, providerKeys, tables });
    this.trail = trailPlace(this, settings);
    this.witness = new Witness(this, "Witness", {
      ...props,
      entry: entries.reconcile,
      tables: this.tables,
      trail: this.trail,
      auditBucket: this.bucket,
      checkpointKey: this.checkpoints?.kmsKey,
    });
    this.auditor = new Auditor(this, "Auditor", {
      ...{ settings, tables, bucket, trail: this.trail },
      providerKeys: providerKeys.table,
      signingKey: this.checkpoints?.kmsKey,
    });
    new Watch(this, "Watch", {
      ...{ settings, recorder, topics: props.topics },
      checkpoint: this.checkpoints?.fn,
      reconcile: this.witness.fn,
      sweeps: this.trail !== undefined,
    });
    new Alarms(this, "Alarms", {
      stage: settings.stage,
      codes: auditCodes,
      topics: props.topics,
      logGroups: {
        "audit-recorder": this.recorder.logGroup,
        ...(this.checkpoints && { checkpoint: this.checkpoints.logGroup }),
      },
    });
  }

  /** Noting what was refused, and no more. */
  grantRefusals(fn: Function): void {
    if (!fn.role) throw new Error(`${fn.node.path} has no role that can be given a permission`);
    const { tableArn, tableName } = this.tables.intake;
    fn.role.addToPrincipalPolicy(enterIntake(tableArn, ["refused-"]));
    fn.addEnvironment("WAXSEAL_AUDIT_INTAKE", tableName);
  }

  /** Reading to a person what happened to their own provider keys. It sees no record, and enters that it read. */
  grantActivity(fn: Function): void {
    if (!fn.role) throw new Error(`${fn.node.path} has no role that can be given a permission`);
    const { log, intake } = this.tables;
    fn.role.addToPrincipalPolicy(readActivity(log.tableArn));
    fn.role.addToPrincipalPolicy(enterIntake(intake.tableArn, ["read-"]));
    const environment = {
      ...environmentOf(this.#settings),
      // The settings name it; the role has no way to it.
      WAXSEAL_TABLE: this.#providerKeys.table.tableName,
      WAXSEAL_AUDIT_LOG: log.tableName,
      WAXSEAL_AUDIT_INTAKE: intake.tableName,
    };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
  }
}
