import { claimDigest } from "../audit/erased-claims.ts";
import { witnessIdOf, type KmsCall } from "./call.ts";
import type { Completeness, UnaccountedCall } from "./completeness.ts";
import { explain, mayBeAttempt } from "./explain.ts";
import { entryIdOf } from "./ledger-entry.ts";
import type { WitnessRules } from "./rules.ts";
import { wholeSeconds } from "./trail-names.ts";
import { settled, type Judgement } from "./verdict.ts";
import { isClaimType, witnessEventOf, type WitnessEvent } from "./witness-event.ts";

/** What is counted: a call with the time of its file (milliseconds since 1970), or an event that may explain one. */
export type Line = { readonly call: KmsCall; readonly seenAt: number } | { readonly event: LoggedEvent };
export type LoggedEvent = WitnessEvent & { readonly useId?: string };
export type OnVerdict = (call: KmsCall, judgement: Judgement) => void;

export interface CountOptions {
  readonly rules: WitnessRules;
  readonly window: { readonly from: string; readonly to: string };
  readonly now: Date;
  readonly graceMs: number;
  /** For so long CloudTrail may not have shown a call. */
  readonly delayMs: number;
  /** Of claims that were erased on their owners' request; `claimDigest`. */
  readonly erasedClaims: ReadonlySet<string>;
}

/** Judges the calls of each claim and request, and counts. */
export class CompletenessCount {
  readonly #options: CountOptions;
  readonly #onVerdict: OnVerdict | undefined;
  readonly #unaccounted: UnaccountedCall[] = [];
  readonly #unconfirmed: { useId: string; at: string; caller: string }[] = [];
  readonly #informational: Record<string, number> = {};
  #decrypts = 0;
  #isShown = false;
  #explained = 0;
  #pending = 0;

  constructor(options: CountOptions, onVerdict: OnVerdict | undefined) {
    this.#options = options;
    this.#onVerdict = onVerdict;
  }

  get isOk(): boolean {
    return this.#unaccounted.length === 0;
  }

  /** The claims that KMS should have shown something of, where it showed no `Decrypt` at any time; else 0. */
  get silentClaims(): number {
    return this.#isShown ? 0 : this.#unconfirmed.length;
  }

  /** All calls and events of one claim, or of one request. */
  add(lines: readonly Line[]): void {
    const events = lines.flatMap((line) => ("event" in line ? [line.event] : []));
    const event = witnessEventOf(events.map((one) => ({ ...one })));
    const calls = distinct(lines.flatMap((line) => ("call" in line ? [line] : [])));
    let isConfirmed = false;
    for (const { call, seenAt } of calls) {
      if (call.operation === "Decrypt") this.#isShown = true;
      const judgement = this.#judge(
        call,
        seenAt,
        event,
        calls.map((one) => one.call),
      );
      if (judgement.status === "explained") isConfirmed = true;
      if (this.#isInWindow(call.at)) this.#countCall(call, judgement);
    }
    if (!isConfirmed) for (const one of events) this.#countClaim(one);
  }

  result(): Omit<Completeness, "ok" | "problems" | "window" | "restsOn"> {
    const byTime = (one: { at: string }, other: { at: string }) => (one.at < other.at ? -1 : 1);
    return {
      kmsDecrypts: this.#decrypts,
      explained: this.#explained,
      unaccounted: this.#unaccounted.toSorted(byTime),
      unconfirmed: this.#unconfirmed.toSorted(byTime),
      pending: this.#pending,
      informational: this.#informational,
    };
  }

  #judge(call: KmsCall, seenAt: number, event: WitnessEvent | undefined, all: readonly KmsCall[]): Judgement {
    const { rules, now, graceMs } = this.#options;
    const judgement = explain(call, { event, isFirst: isFirst(call, all, rules) }, rules);
    return settled(judgement, seenAt + graceMs < now.getTime());
  }

  #isInWindow(at: string): boolean {
    const { from, to } = this.#options.window;
    return at >= from && at <= to;
  }

  #countCall(call: KmsCall, judgement: Judgement): void {
    const isDecryption = call.operation === "Decrypt" && call.errorCode === undefined;
    if (isDecryption) this.#decrypts += 1;
    this.#onVerdict?.(call, judgement);
    if (judgement.status === "pending") this.#pending += 1;
    else if (judgement.status === "informational") this.#tell(judgement.reason);
    else if (judgement.status === "explained") this.#explained += isDecryption ? 1 : 0;
    else if (judgement.reason === "no_such_claim" && this.#wasErased(call)) this.#tell("events_erased");
    else this.#unaccounted.push(unaccountedOf(call, judgement.reason));
  }

  /** Its claim was among what an owner had erased: that there was one is all that is known of it. */
  #wasErased(call: KmsCall): boolean {
    return this.#options.erasedClaims.has(claimDigest(witnessIdOf(call)));
  }

  #countClaim({ type, at, caller, useId }: LoggedEvent): void {
    const { now, graceMs, delayMs } = this.#options;
    const isOld = Date.parse(at) + delayMs + graceMs < now.getTime();
    if (useId === undefined || !isClaimType(type)) return;
    if (isOld && this.#isInWindow(wholeSeconds(Date.parse(at))))
      this.#unconfirmed.push({ useId, at, caller });
  }

  #tell(reason: string): void {
    this.#informational[reason] = (this.#informational[reason] ?? 0) + 1;
  }
}

/** The same record in two files is one call; a copy that says otherwise is another. */
function distinct(lines: readonly { readonly call: KmsCall; readonly seenAt: number }[]) {
  const byContent = new Map<string, { readonly call: KmsCall; readonly seenAt: number }>();
  for (const line of lines) {
    const content = JSON.stringify(line.call);
    const there = byContent.get(content);
    if (!there || line.seenAt < there.seenAt) byContent.set(content, line);
  }
  return [...byContent.values()];
}

function isFirst(call: KmsCall, all: readonly KmsCall[], rules: WitnessRules): boolean {
  return !all.some(
    (other) =>
      other.callId !== call.callId &&
      other.use?.attempt === call.use?.attempt &&
      mayBeAttempt(other, rules) &&
      entryIdOf(other) < entryIdOf(call),
  );
}

function unaccountedOf(call: KmsCall, reason: string): UnaccountedCall {
  const { requestId, principal, at, encryptionContext, operation } = call;
  return { requestId, principal: principal.arn, at, encryptionContext, operation, reason };
}
