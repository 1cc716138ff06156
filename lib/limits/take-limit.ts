import { createHash } from "node:crypto";
import {
  UpdateItemCommand,
  type DynamoDBClient,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from "@aws-sdk/client-dynamodb";
import RateLimiterDynamo from "rate-limiter-flexible/lib/RateLimiterDynamo.js";
import { awsErrorName, describeAwsError } from "../aws-failure.ts";
import { WaxsealError, type PassedLimit } from "../errors.ts";
import { withRetry } from "../retry.ts";
import type { LimitName, RateLimit } from "../settings.ts";

/**
 * Counts one request of a subject's (an owner id, a source address) against a limit.
 *
 * It throws `RATE_LIMITED` with `retryAfterSeconds`, and `STORE_UNAVAILABLE` or `ACCESS_DENIED_BY_AWS` where
 * the table does not answer: whether to go on then is the caller's to decide.
 */
export type TakeLimit = (name: LimitName, subject: string) => Promise<void>;

/** The one method used of the client. */
export type LimitsClient = Pick<DynamoDBClient, "send">;

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/**
 * The limits of a deployment, counted in the `RateLimits` table in fixed windows that begin with a subject's
 * first request. A subject above its limit is remembered in memory and costs no more writes.
 */
export function limitTaker(
  client: LimitsClient,
  table: string,
  limits: Readonly<Record<LimitName, RateLimit>>,
): TakeLimit {
  const limiters = new Map(
    (Object.entries(limits) as [LimitName, RateLimit][]).flatMap(([name, limit]) =>
      limit === "off" ? [] : [[name, limiterOf(client, table, name, limit)] as const],
    ),
  );
  return async (name, subject) => {
    const limiter = limiters.get(name);
    if (!limiter) return;
    const hashed = hashOf(subject);
    await withRetry(() => limiter.consume(hashed), isLostRace).catch((reason: unknown) =>
      throwConstant(reason, { name, subject: hashed }),
    );
  };
}

function limiterOf(client: LimitsClient, table: string, name: LimitName, limit: string): RateLimiterDynamo {
  const [points = "", window = ""] = limit.split("/", 2);
  return new RateLimiterDynamo({
    storeClient: { updateItem: (input: UpdateItemCommandInput) => updateItem(client, input) },
    tableName: table,
    // Both are the stack's: otherwise the library creates the table and sets its TTL.
    tableCreated: true,
    ttlSet: true,
    // Part of the items' key, by which each function's role is limited to its own.
    keyPrefix: name,
    points: Number(points),
    duration: SECONDS[window as keyof typeof SECONDS],
    inMemoryBlockOnConsumed: Number(points) + 1,
  });
}

/** The aggregated client that the library is made for has every call of DynamoDB; this one is all it makes. */
function updateItem(client: LimitsClient, input: UpdateItemCommandInput): Promise<UpdateItemCommandOutput> {
  return client.send(new UpdateItemCommand(input));
}

/** The window ended between the library's two writes, the one for a new window and the one for a running one. */
function isLostRace(reason: unknown): boolean {
  return awsErrorName(reason) === "ConditionalCheckFailedException";
}

/** A source address is a person's: it is not kept as it is. */
function hashOf(subject: string): string {
  return createHash("sha256").update(subject).digest("base64url");
}

function throwConstant(reason: unknown, limit: PassedLimit): never {
  if (isRejection(reason)) {
    const retryAfterSeconds = Math.max(1, Math.ceil(reason.msBeforeNext / 1000));
    throw new WaxsealError("RATE_LIMITED", { retryAfterSeconds, limit });
  }
  const aws = describeAwsError("dynamodb", "UpdateItem (limit)", reason);
  const isDenied = awsErrorName(reason) === "AccessDeniedException";
  throw new WaxsealError(isDenied ? "ACCESS_DENIED_BY_AWS" : "STORE_UNAVAILABLE", { aws });
}

/** What the library rejects with when the points are used up: no error. */
function isRejection(reason: unknown): reason is { readonly msBeforeNext: number } {
  return (
    !(reason instanceof Error) && typeof (reason as { msBeforeNext?: unknown }).msBeforeNext === "number"
  );
}
