/** The composition root of the function that reconciles; apart from `lib/compose.ts`, since it knows other settings. */
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { intakeTable } from "../audit/intake.ts";
import { createLogger } from "../log/logger.ts";
import { reconcileEnvironment, type ReconcileEnvironment } from "./environment.ts";
import { witnessEvents } from "./events.ts";
import { ledgerTable } from "./ledger-table.ts";
import type { ReconcilePorts } from "./reconcile.ts";
import { reportTo } from "./report.ts";
import { trailBucket } from "./trail-bucket.ts";

/** One attempt a call: retries are ours. Milliseconds. */
const client = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** @throws {WaxsealError} `INVALID_SETTINGS` */
export function composeReconcile(environment: Readonly<NodeJS.ProcessEnv>): ReconcilePorts {
  const settings = reconcileEnvironment(environment);
  const logger = createLogger(environment["POWERTOOLS_SERVICE_NAME"] ?? "waxseal-reconcile");
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(client));
  const now = () => new Date();
  return {
    settings,
    logger,
    ledger: ledgerTable({ dynamo, table: settings.ledger, now }),
    events: witnessEvents({ dynamo, table: settings.auditLog }),
    report: reportTo(intakeTable(dynamo, settings.intake), logger),
    source: trailOf(settings),
    now,
    wait: sleep,
  };
}

/** The account and region are those of the KMS keys, whose calls are looked for. */
function trailOf({ trail, kmsKeys: [kmsKey = ""] }: ReconcileEnvironment) {
  if (!trail) return undefined;
  const [, , , region = "", account = ""] = kmsKey.split(":");
  const place = { prefix: trail.prefix, account, region };
  return trailBucket({ s3: new S3Client(client), bucket: trail.bucket, place });
}
