import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { checkpointScheduleOf } from "../../lib/audit-settings.ts";
import type { JobFunctionName } from "../../lib/routes.ts";
import type { Settings } from "../../lib/settings.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { Alarms, auditCodes } from "../alarms.ts";
import { Auditor } from "./auditor.ts";
import { evidenceBucket } from "./buckets.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Recorder } from "./recorder.ts";
import { AuditTables } from "./tables.ts";
import type { Topics } from "./topics.ts";
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
  readonly tables: AuditTables;
  /** Manifests and checkpoints. */
  readonly bucket: Bucket;
  readonly recorder: Recorder;
  /** Absent where nothing is signed. */
  readonly checkpoints: Checkpoints | undefined;
  readonly auditor: Auditor;
  /** Undefined where the deployment has no trail. */
  readonly trail: TrailPlace | undefined;
  readonly witness: Witness;

  constructor(scope: Construct, id: string, props: AuditProps) {
    super(scope, id);
    const { settings, entries, providerKeys } = props;
    this.tables = new AuditTables(this, "Tables");
    this.bucket = evidenceBucket(this, "Evidence", settings);
    const { tables, bucket } = this;
    const entry = entries["audit-recorder"];
    const recorded = { settings, entry, tables, bucket, providerKeys: providerKeys.table };
    this.recorder = new Recorder(this, "Recorder", recorded);
    if (checkpointScheduleOf(settings) !== "off")
      this.checkpoints = new Checkpoints(this, "Checkpoints", {
        ...{ settings, entry: entries.checkpoint, tables, bucket },
      });
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
}
