/** The composition root of the audit's recorder. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { WaxsealError } from "../errors.ts";
import { createLogger, type Logger } from "../log/logger.ts";
import { repeatable } from "../provider-keys/store-failures.ts";
import { auditLog } from "./audit-log.ts";
import { changeOfIntake } from "./change-of-intake.ts";
import { changeOfLog } from "./change-of-log.ts";
import { changeOfRecord, type StreamEntry } from "./change-of-record.ts";
import { wasErased } from "./erasure-links.ts";
import { manifestStore } from "./manifest-store.ts";
import type { RecordBatchPorts } from "./record-batch.ts";

/** Of which table a stream is. */
export type Source = "records" | "intake" | "log";

export interface RecorderComposition {
  readonly portsFor: (source: Source) => RecordBatchPorts;
  /** By a table's name: see `WAXSEAL_…` below. */
  readonly sourceOf: (tableName: string) => Source | undefined;
  readonly logger: Logger;
}

/** Milliseconds. */
const requestHandler = { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true };

/** @throws {WaxsealError} `INVALID_SETTINGS` */
export function composeRecorder(environment: Readonly<NodeJS.ProcessEnv>): RecorderComposition {
  const text = (name: string) => environment[name] || invalid();
  const tables: Readonly<Record<string, Source>> = {
    [text("WAXSEAL_TABLE")]: "records",
    [text("WAXSEAL_AUDIT_INTAKE")]: "intake",
    [text("WAXSEAL_AUDIT_LOG")]: "log",
  };
  const retentionDays = Number(text("WAXSEAL_AUDIT_RETENTION_DAYS"));
  const logger = createLogger(environment["POWERTOOLS_SERVICE_NAME"] ?? "waxseal-audit-recorder");
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1, requestHandler }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const s3 = new S3Client({ requestHandler });
  const entered = async (intakeId: string): Promise<unknown> => {
    const Key = { intakeId };
    const command = new GetCommand({ TableName: text("WAXSEAL_AUDIT_INTAKE"), Key, ConsistentRead: true });
    return (await repeatable("GetItem (intake)", () => dynamo.send(command))).Item;
  };
  const isErased = (recordId: string, eventSeq: string) => wasErased(recordId, eventSeq, entered);
  const eventsOf: Readonly<Record<Source, RecordBatchPorts["eventOf"]>> = {
    records: changeOfRecord,
    intake: changeOfIntake,
    log: (entry: StreamEntry) => changeOfLog(entry, { retentionDays, isErased }),
  };
  const log = auditLog(dynamo, text("WAXSEAL_AUDIT_LOG"));
  const manifests = manifestStore(s3, text("WAXSEAL_AUDIT_BUCKET"), () => new Date());
  return {
    portsFor: (source) => ({ log, manifests, logger, eventOf: eventsOf[source] }),
    sourceOf: (tableName) => (Object.hasOwn(tables, tableName) ? tables[tableName] : undefined),
    logger,
  };
}

function invalid(): never {
  throw new WaxsealError("INVALID_SETTINGS");
}
