import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { WaxsealError } from "../errors.ts";
import { anyNumbers } from "./any-number.ts";
import type { ExpirePorts } from "./expire.ts";
import { expiringLog } from "./expiring-log.ts";
import { expiryPlaces } from "./expiry-place.ts";
import type { CheckpointPorts } from "./take-checkpoint.ts";

/** Milliseconds. */
const requestHandler = { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/**
 * What expiring takes beside what signing has; `undefined` where events are kept for ever.
 *
 * @throws {WaxsealError} `INVALID_SETTINGS`
 */
export function composeExpiry(
  environment: Readonly<NodeJS.ProcessEnv>,
  { objects, intake, signer, now }: CheckpointPorts,
): ExpirePorts | undefined {
  const text = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new WaxsealError("INVALID_SETTINGS");
  };
  if (environment["WAXSEAL_AUDIT_RETENTION_DAYS"] === undefined) return undefined;
  const retentionDays = Number(text("WAXSEAL_AUDIT_RETENTION_DAYS"));
  if (!(retentionDays > 0)) throw new WaxsealError("INVALID_SETTINGS");
  const client = new DynamoDBClient({ maxAttempts: 1, requestHandler });
  const dynamo = DynamoDBDocumentClient.from(client, anyNumbers);
  return {
    ...{ objects, intake, retentionDays, now },
    log: expiringLog(dynamo, text("WAXSEAL_AUDIT_LOG")),
    places: expiryPlaces(dynamo, text("WAXSEAL_TRAIL_LEDGER")),
    publicKey: () => signer.publicKey(),
  };
}
