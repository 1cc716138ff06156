import { createHash } from "node:crypto";
import { isWaxsealError, type AwsFailure, type ErrorCode, type WaxsealError } from "../errors.ts";
import type { Actor } from "../provider-keys/change.ts";
import type { Intake, IntakeEntry } from "./intake.ts";

/** A request that was refused: why, and what is known of whom. */
export interface Refusal {
  readonly error: WaxsealError;
  /** Whose request; of one that was not authenticated what is known all the same. */
  readonly who: Pick<Actor, "caller" | "requestId"> & Partial<Actor>;
  /** Whether a provider key was to be used. */
  readonly isUse: boolean;
}

/** Refused because of what its owner decided, or because there is none. */
const unusable: readonly ErrorCode[] = [
  "PROVIDER_KEY_NOT_FOUND",
  "PROVIDER_KEY_DISABLED",
  "PROVIDER_KEY_EXPIRED",
];

/** Not to be asked to enter more than this at once; above it, the oldest is forgotten, and entered again at worst. */
const REMEMBERED = 1_000;

/**
 * Notes refusals in the audit: of those alike one a minute, whoever sees them. The refusal stands whatever becomes of it.
 *
 * @param report - told that one could not be entered.
 */
export function refusalNoter(
  intake: Intake,
  now: () => Date,
  report: (aws: AwsFailure | undefined) => void,
): (refusal: Refusal) => Promise<void> {
  const entered = new Set<string>();
  return async (refusal) => {
    const entry = entryOf(refusal, now());
    // Another request of the same minute costs no write.
    if (!entry || entered.has(entry.intakeId)) return;
    try {
      await intake.enter(entry);
      remember(entered, entry.intakeId);
    } catch (error) {
      report(isWaxsealError(error) ? error.aws : undefined);
    }
  };
}

/** @returns `undefined` for what is not worth an event: malformed requests, outages, single failed authentications. */
export function entryOf({ error, who, isUse }: Refusal, now: Date): IntakeEntry | undefined {
  const { code, limit } = error;
  if (code === "RATE_LIMITED" && limit?.name === "failedAuthentication")
    // The source as a hash, as the limit knows it.
    return made("authentication_failed_in_bulk", [limit.subject], who, now, { source: limit.subject });
  if (code === "RATE_LIMITED" && limit)
    return made("rate_limited", [limit.name, limit.subject], who, now, { limit: limit.name });
  if (code === "NOT_ALLOWED_TO_ACT") return made("denied", [code, who.caller], who, now, { reason: code });
  if (code === "PROVIDER_KEY_REJECTED") {
    const about = { provider: error.provider ?? "unknown", name: error.slotName ?? "unknown" };
    return made("denied", [code, who.ownerId ?? "", ...Object.values(about)], who, now, {
      reason: code,
      ...about,
    });
  }
  if (isUse && unusable.includes(code))
    return made("denied", [code, who.ownerId ?? "", who.caller], who, now, { reason: code });
  return undefined;
}

/** The id is the same for all that is alike within a minute, and a digest: manifests keep the ids of events for good. */
function made(
  type: IntakeEntry["type"],
  alike: readonly string[],
  { ownerId, actor, caller, requestId }: Refusal["who"],
  now: Date,
  details: Readonly<Record<string, string>>,
): IntakeEntry {
  const at = now.toISOString();
  const about = JSON.stringify([type, ...alike, at.slice(0, 16)]);
  const intakeId = `refused-${createHash("sha256").update(about).digest("base64url").slice(0, 22)}`;
  const by = { ...(ownerId !== undefined && { ownerId }), ...(actor !== undefined && { actor }) };
  return { intakeId, type, at, ...by, caller, requestId, details };
}

function remember(entered: Set<string>, intakeId: string): void {
  const [oldest] = entered;
  if (entered.size >= REMEMBERED && oldest !== undefined) entered.delete(oldest);
  entered.add(intakeId);
}
