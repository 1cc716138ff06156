/** The composition root of what a person reads of the audit. */
import { createHash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { isWaxsealError, WaxsealError } from "../errors.ts";
import { createLogger, type Logger } from "../log/logger.ts";
import type { Actor } from "../provider-keys/change.ts";
import { activityOf, type ActivityPage, type ActivityQuery } from "./activity.ts";
import { intakeTable, type Intake } from "./intake.ts";

/** Milliseconds: a person waits. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true };

export interface ActivityComposition {
  readonly read: (ownerId: string, query: ActivityQuery) => Promise<ActivityPage>;
  /** That it is read is an event of its own; that it could not be entered is logged, and the person is answered. */
  readonly enterRead: (who: Actor) => Promise<void>;
}

/** @throws {WaxsealError} `INVALID_SETTINGS` */
export function composeActivity(environment: Readonly<NodeJS.ProcessEnv>): ActivityComposition {
  const text = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new WaxsealError("INVALID_SETTINGS");
  };
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1, requestHandler }));
  const table = text("WAXSEAL_AUDIT_LOG");
  const intake = intakeTable(dynamo, text("WAXSEAL_AUDIT_INTAKE"));
  const logger = createLogger(environment["POWERTOOLS_SERVICE_NAME"] ?? "waxseal");
  return {
    read: (ownerId, query) => activityOf({ dynamo, table }, ownerId, query),
    enterRead: (who) => enterRead(intake, logger, new Date(), who),
  };
}

/** Once an owner and minute: a page that is looked at again and again is one event. */
export async function enterRead(intake: Intake, logger: Logger, now: Date, who: Actor): Promise<void> {
  const { ownerId, actor, caller, requestId } = who;
  const minute = now.toISOString().slice(0, 16);
  // Not the owner's id itself: manifests keep the ids of events for good.
  const about = createHash("sha256").update(`${ownerId} ${minute}`).digest("base64url").slice(0, 22);
  const by = { ownerId, actor, caller, requestId };
  try {
    await intake.enter({ intakeId: `read-${about}`, type: "audit_read", at: now.toISOString(), ...by });
  } catch (error) {
    const aws = isWaxsealError(error) ? error.aws : undefined;
    logger.error("a read of the audit is not in the audit", { code: "AUDIT_UNAVAILABLE", requestId, aws });
  }
}
