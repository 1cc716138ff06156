import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { CfnEventSourceMapping, type Function } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { Settings } from "../../lib/settings.ts";
import { accept, acceptedOfRecorder } from "../findings.ts";
import { WaxsealFunction } from "../function.ts";
import { allow } from "../statements.ts";
import { acceptObjects, failuresBucket } from "./buckets.ts";
import { putEvents, putObjects, seeErasures } from "./statements.ts";
import type { AuditTables } from "./tables.ts";

export interface RecorderProps {
  readonly settings: Settings;
  readonly entry: string;
  readonly providerKeys: Table;
  readonly tables: AuditTables;
  /** Where manifests go. */
  readonly bucket: Bucket;
}

/** A stream keeps what happened for a day; an hour before, what could not be recorded is put aside. */
const GIVEN_UP_AFTER = Duration.hours(23);

/**
 * The function that turns the streams into events. It decrypts nothing, reads no table but whether an owner's events
 * were erased, and changes no record.
 */
export class Recorder extends Construct {
  readonly fn: Function;
  /** By what is followed. */
  readonly mappings: Readonly<Record<string, CfnEventSourceMapping>>;
  readonly logGroup: ILogGroup;
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, props: RecorderProps) {
    super(scope, id);
    const { settings, entry, providerKeys, tables, bucket } = props;
    const made = new WaxsealFunction(this, "Function", {
      name: "audit-recorder",
      entry,
      settings,
      timeout: Duration.minutes(1),
    });
    this.logGroup = made.logGroup;
    const { fn } = made;
    this.fn = fn;
    if (!fn.role) throw new Error("the recorder has no role");
    this.failures = failuresBucket(this, "Failures", fn.role);
    const environment = {
      WAXSEAL_TABLE: providerKeys.tableName,
      WAXSEAL_AUDIT_INTAKE: tables.intake.tableName,
      WAXSEAL_AUDIT_LOG: tables.log.tableName,
      WAXSEAL_AUDIT_BUCKET: bucket.bucketName,
      WAXSEAL_AUDIT_RETENTION_DAYS: String(settings.auditRetentionDays),
    };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
    const role = fn.role;
    role.addToPrincipalPolicy(putEvents(tables.log.tableArn));
    role.addToPrincipalPolicy(seeErasures(tables.intake.tableArn));
    role.addToPrincipalPolicy(putObjects(bucket.bucketArn, "manifests/"));
    // Lambda writes what was given up under the function's role ("Retain discarded records").
    role.addToPrincipalPolicy(allow("s3:PutObject", this.failures.arnForObjects("*"), {}, "PutFailures"));
    role.addToPrincipalPolicy(allow("s3:ListBucket", this.failures.bucketArn, {}, "ListFailures"));
    // Of streams there is no name to list by ("ListStreams": it has no resource).
    role.addToPrincipalPolicy(allow("dynamodb:ListStreams", "*"));
    acceptObjects(role, bucket, "manifests/*");
    acceptObjects(role, this.failures, "*");
    accept(role, acceptedOfRecorder, "[Resource::*]");
    this.mappings = {
      Records: this.#follow("Records", providerKeys, role, fn.functionArn, settings, 4),
      Intake: this.#follow("Intake", tables.intake, role, fn.functionArn, settings, 1),
      // Of the log itself only what must not happen.
      Log: this.#follow("Log", tables.log, role, fn.functionArn, settings, 1, ["MODIFY", "REMOVE"]),
    };
  }

  /** By its own resource: the construct gives the role more than the one stream needs. */
  #follow(
    id: string,
    table: Table,
    role: IRole,
    functionName: string,
    { auditBatchSeconds }: Settings,
    parallelizationFactor: number,
    eventNames: readonly string[] = [],
  ): CfnEventSourceMapping {
    const { tableStreamArn: stream } = table;
    if (stream === undefined) throw new Error(`${table.node.path} has no stream`);
    for (const action of ["DescribeStream", "GetRecords", "GetShardIterator"])
      role.addToPrincipalPolicy(allow(`dynamodb:${action}`, stream, {}, `${action}${id}`));
    const pattern = JSON.stringify({ eventName: eventNames });
    const mapping = new CfnEventSourceMapping(this, `${id}Mapping`, {
      functionName,
      eventSourceArn: stream,
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      maximumBatchingWindowInSeconds: auditBatchSeconds,
      parallelizationFactor,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: GIVEN_UP_AFTER.toSeconds(),
      destinationConfig: { onFailure: { destination: this.failures.bucketArn } },
      // What is put aside is counted only where that is asked for ("Event source mapping metrics").
      metricsConfig: { metrics: ["EventCount"] },
      ...(eventNames.length > 0 && { filterCriteria: { filters: [{ pattern }] } }),
    });
    // Lambda asks for the permissions when the mapping is made.
    mapping.node.addDependency(role);
    return mapping;
  }
}
