import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { checkpointScheduleOf } from "../../lib/audit-settings.ts";
import type { JobFunctionName } from "../../lib/routes.ts";
import type { Settings } from "../../lib/settings.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { evidenceBucket } from "./buckets.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Recorder } from "./recorder.ts";
import { AuditTables } from "./tables.ts";

export interface AuditProps {
  readonly settings: Settings;
  readonly entries: Readonly<Record<JobFunctionName, string>>;
  readonly providerKeys: ProviderKeys;
}

/** The audit: every change of a record, and every decryption, accounted for. */
export class Audit extends Construct {
  readonly tables: AuditTables;
  /** Manifests and checkpoints. */
  readonly bucket: Bucket;
  readonly recorder: Recorder;
  /** Absent where nothing is signed. */
  readonly checkpoints: Checkpoints | undefined;

  constructor(scope: Construct, id: string, { settings, entries, providerKeys }: AuditProps) {
    super(scope, id);
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
  }

  /** By the functions' names. */
  get logGroups(): Readonly<Record<string, ILogGroup>> {
    return {
      "audit-recorder": this.recorder.logGroup,
      ...(this.checkpoints && { checkpoint: this.checkpoints.logGroup }),
    };
  }
}
