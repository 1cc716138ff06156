import type { ClaimType } from "../audit/event.ts";
import { patientRetry, promptRetry } from "../retry.ts";
import type { KmsCall } from "./call.ts";

/** What a deployment says of itself, by which calls of KMS are judged. */
export interface WitnessRules {
  readonly stage: string;
  /** ARNs of the stack's KMS keys. */
  readonly kmsKeys: readonly string[];
  readonly roles: Readonly<Record<RoleUse, readonly AdmittedRole[]>>;
  /** ARNs of those opening roles that are a job's, which tries patiently; absent where nobody said. */
  readonly jobRoles?: readonly string[];
  /** Of the functions that seal or open, in seconds. */
  readonly longestInvocationSeconds: number;
}

export const roleUses = ["opening", "saving", "rewrapping"] as const;
export type RoleUse = (typeof roleUses)[number];

/** A role that the key policy admits, or admitted: those of jobs come and go. */
export interface AdmittedRole {
  readonly arn: string;
  /** Since when it is one no more; ISO 8601. */
  readonly until?: string;
}

/** Whether the role was one at the time (ISO 8601). */
export function wasAdmitted(role: AdmittedRole, at: string): boolean {
  return role.until === undefined || at <= role.until;
}

/** As in `lib/kms/data-key-unwrapper.ts`: a use tries promptly, a job patiently. */
const attemptsOfClaim: Readonly<Record<ClaimType, number>> = {
  key_used: promptRetry.maxAttempts,
  key_reseal_claimed: patientRetry.maxAttempts,
  key_import_verified: patientRetry.maxAttempts,
  key_exported: patientRetry.maxAttempts,
};

export function attemptsOf(type: string): number {
  return Object.hasOwn(attemptsOfClaim, type) ? attemptsOfClaim[type as ClaimType] : 0;
}

/** No claim has more. */
export const MOST_ATTEMPTS = Math.max(...Object.values(attemptsOfClaim));

/** Between the clock of whoever claimed and that of KMS, which shows whole seconds. */
const CLOCKS_APART_SECONDS = 60;

/** What a job may take for ten patient attempts, each of ten seconds and five of waiting, and be told of it. */
const JOB_SECONDS = 180;

/**
 * Whether the call is of the time in which something may be decrypted for a claim: before it nothing is, and after
 * the longest invocation nobody has it any more.
 */
export function isInTime(callAt: string, claimAt: string, rules: WitnessRules): boolean {
  const seconds = (Date.parse(callAt) - Date.parse(claimAt)) / 1000;
  return seconds >= -CLOCKS_APART_SECONDS && seconds <= latestAfterClaim(rules);
}

/** So many seconds after its claim a call may be, and no more. */
export function latestAfterClaim({
  longestInvocationSeconds,
}: Pick<WitnessRules, "longestInvocationSeconds">): number {
  return Math.max(longestInvocationSeconds, JOB_SECONDS) + CLOCKS_APART_SECONDS;
}

/** Whether a KMS key, by its ARN or its id, is one of the stack's; of an alias that cannot be said. */
export function isOurKmsKey(kmsKey: string | undefined, { kmsKeys }: WitnessRules): boolean {
  if (kmsKey === undefined || kmsKey === "") return false;
  return kmsKeys.some((arn) => arn === kmsKey || arn.endsWith(`:key/${kmsKey}`));
}

/**
 * Whether a call has to do with the stack: by its KMS keys; and where CloudTrail names none, as of a call that was
 * denied, by what it says.
 */
export function concernsUs(call: KmsCall, rules: WitnessRules): boolean {
  const named = call.kmsKeys.filter((kmsKey) => kmsKey !== "");
  if (named.length > 0) return named.some((kmsKey) => isOurKmsKey(kmsKey, rules));
  return call.use !== undefined || isOurContext(call.encryptionContext, rules);
}

/** Exactly our four names, our purpose and our stage: as the roles' policies have it. */
export function isOurContext(context: Readonly<Record<string, string>>, { stage }: WitnessRules): boolean {
  const names = Object.keys(context).toSorted().join();
  return (
    names === "ownerId,purpose,slot,stage" && context["purpose"] === PURPOSE && context["stage"] === stage
  );
}

/** As `encryptionContextOf` and the key policies have it. */
const PURPOSE = "waxseal/provider-key";
