/**
 * One call of KMS, and what could explain it. Pure: the same call and the same events give the same verdict, in
 * whatever order they came.
 *
 * - A `Decrypt` needs a claim: its use id, its owner and slot, one of the stack's opening roles, its time, and an
 *   attempt that is made at most once.
 * - What KMS refused decrypted nothing.
 * - A `GenerateDataKey` opens nothing that there is: unmatched it is informational.
 * - A `ReEncrypt` lets somebody read where it leads to a KMS key that is not the stack's.
 */
import { isClaimType, type WitnessEvent } from "./witness-event.ts";
import type { KmsCall } from "./call.ts";
import { isOneOf } from "./principal.ts";
import {
  attemptsOf,
  isInTime,
  isOurContext,
  isOurKmsKey,
  MOST_ATTEMPTS,
  wasAdmitted,
  type RoleUse,
  type WitnessRules,
} from "./rules.ts";
import type { Judgement, Level, Suspicion, Verdict } from "./verdict.ts";

/** What is known of a call beside itself. */
export interface Evidence {
  /** The event of ours that names the same claim or request, if it is there yet. */
  readonly event?: WitnessEvent | undefined;
  /** Whether of all calls that may be this attempt (`mayBeAttempt`) it is the first, by time and then by id. */
  readonly isFirst: boolean;
}

export function explain(call: KmsCall, evidence: Evidence, rules: WitnessRules): Judgement {
  if (call.errorCode !== undefined) return explainFailure(call, evidence, rules);
  switch (call.operation) {
    case "Decrypt":
      return explainDecrypt(call, evidence, rules);
    case "ReEncrypt":
      return explainReEncrypt(call, evidence, rules);
    case "GenerateDataKey":
      return explainDataKey(call, evidence, rules);
    default:
      return informational("other_use");
  }
}

/**
 * Whether a successful call may be the attempt that it names, as far as itself tells. Only one of those is: others
 * with a copied use id do not compete with it.
 */
export function mayBeAttempt(call: KmsCall, rules: WitnessRules): boolean {
  return (
    call.operation === "Decrypt" &&
    call.errorCode === undefined &&
    suspicionOfItself(call, rules) === undefined
  );
}

function explainDecrypt(call: KmsCall, { event, isFirst }: Evidence, rules: WitnessRules): Judgement {
  const suspicion = suspicionOfItself(call, rules);
  if (suspicion) return unaccounted(suspicion);
  if (!isFirst) return unaccounted("attempt_repeated");
  // One of our own roles, with a claim that nobody recorded (yet): a failure of the audit, or a forged use id.
  if (!event || !isClaimType(event.type))
    return { status: "pending", otherwise: unaccounted("no_such_claim", "ticket") };
  if ((call.use?.attempt ?? 0) > attemptsLeft(call, event, rules)) return unaccounted("attempt_beyond");
  if (!isOfRecord(call, event)) return unaccounted("other_context");
  if (!isInTime(call.at, event.at, rules)) return unaccounted("out_of_time");
  return { status: "explained", reason: "claim" };
}

/** What no event could explain. */
function suspicionOfItself(call: KmsCall, rules: WitnessRules): Suspicion | undefined {
  if (!isBy("opening", call, rules)) return "foreign_principal";
  if (!call.use) return "no_use_id";
  if (!isOurContext(call.encryptionContext, rules)) return "other_context";
  if (call.use.attempt < 1 || call.use.attempt > MOST_ATTEMPTS) return "attempt_beyond";
  return undefined;
}

function explainReEncrypt(call: KmsCall, { event }: Evidence, rules: WitnessRules): Judgement {
  const [source, destination] = call.kmsKeys;
  if (!isOurKmsKey(source, rules)) return informational("re_encrypted_in");
  if (!isOurKmsKey(destination, rules)) return unaccounted("re_encrypted_away");
  if (!isBy("rewrapping", call, rules)) return unaccounted("foreign_principal");
  if (!isSameContext(call)) return unaccounted("context_changed");
  if (!event) return { status: "pending", otherwise: informational("rewrap_unused") };
  const isRewrap = event.type === "key_rewrapped" && isOfRecord(call, event);
  return isRewrap ? { status: "explained", reason: "rewrap" } : unaccounted("other_context");
}

function explainDataKey(call: KmsCall, { event }: Evidence, rules: WitnessRules): Judgement {
  if (!isBy("saving", call, rules)) return informational("data_key_by_others");
  if (!event) return { status: "pending", otherwise: informational("data_key_unused") };
  return isOfRecord(call, event) ? { status: "explained", reason: "seal" } : informational("data_key_unused");
}

/** A denied call names no context in CloudTrail, so its claim alone must do. */
function explainFailure(call: KmsCall, { event }: Evidence, rules: WitnessRules): Judgement {
  const reason = /^AccessDenied/.test(call.errorCode ?? "") ? "denied" : "failed";
  if (call.operation !== "Decrypt" || !call.use || !isBy("opening", call, rules))
    return informational(reason);
  if (!event) return { status: "pending", otherwise: informational(reason) };
  const isAttempt = isClaimType(event.type) && isInTime(call.at, event.at, rules);
  return isAttempt ? { status: "explained", reason: "failed_attempt" } : informational(reason);
}

/** Whoever may write a claim may write another type into it: a function that uses tries no more often for that. */
function attemptsLeft({ principal }: KmsCall, { type }: WitnessEvent, { roles, jobRoles }: WitnessRules) {
  // One that is a role no more may have been a job's.
  const current = roles.opening.filter(({ until }) => until === undefined).map(({ arn }) => arn);
  const isJob = jobRoles === undefined || isOneOf(principal, jobRoles) || !isOneOf(principal, current);
  return isJob ? attemptsOf(type) : Math.min(attemptsOf(type), attemptsOf("key_used"));
}

function isBy(use: RoleUse, { principal, at }: KmsCall, { roles }: WitnessRules): boolean {
  const admitted = roles[use].filter((role) => wasAdmitted(role, at));
  return isOneOf(
    principal,
    admitted.map(({ arn }) => arn),
  );
}

function isOfRecord({ encryptionContext }: KmsCall, { ownerId, slot }: WitnessEvent): boolean {
  return encryptionContext["ownerId"] === ownerId && encryptionContext["slot"] === slot;
}

function isSameContext({
  encryptionContext: source,
  destinationContext: destination = {},
}: KmsCall): boolean {
  const names = Object.keys(source);
  return (
    names.length === Object.keys(destination).length &&
    names.every((name) => source[name] === destination[name])
  );
}

function informational(reason: (Verdict & { status: "informational" })["reason"]): Verdict {
  return { status: "informational", reason };
}

function unaccounted(reason: Suspicion, level: Level = "page"): Verdict {
  return { status: "unaccounted", reason, level };
}
