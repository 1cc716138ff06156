/**
 * Whether every decryption is accounted for, from the trail's files and the audit log alone: what the ledger
 * concluded counts for nothing here, only which files it saw.
 */
import { kmsCallOf, witnessIdOf } from "./call.ts";
import { CompletenessCount, type Line, type OnVerdict } from "./completeness-count.ts";
import type { Completeness } from "./completeness.ts";
import { readLog, type LogRead } from "./completeness-log.ts";
import type { TrailProblem } from "./digest-chain.ts";
import { Partitions } from "./partitions.ts";
import { concernsUs, latestAfterClaim, type RoleUse, type WitnessRules } from "./rules.ts";
import { checkTrail, type TrailCheck, type TrailCheckPorts } from "./trail-check.ts";
import { wholeSeconds } from "./trail-names.ts";

export interface CompletenessPorts extends Omit<TrailCheckPorts, "source"> {
  /** Undefined where the deployment has no trail. */
  readonly source: TrailCheckPorts["source"] | undefined;
  /** The items of the audit log. */
  readonly events: () => AsyncIterable<Readonly<Record<string, unknown>>>;
  /** Gets every call of the window with its verdict, in no order. */
  readonly onVerdict?: OnVerdict;
}

export interface CompletenessOptions {
  readonly rules: Omit<WitnessRules, "roles"> & {
    readonly roles: Readonly<Record<RoleUse, readonly string[]>>;
  };
  readonly graceSeconds: number;
  /** How long CloudTrail may take to show a call (default: 15 minutes). */
  readonly delaySeconds?: number | undefined;
  /** ISO 8601; by default from the first event until now. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * "CloudTrail typically delivers logs within an average of about 5 minutes of an API call. This time is not
 * guaranteed" (CloudTrail User Guide, "How CloudTrail works").
 */
const DELAY_SECONDS = 15 * 60;
/** So much later than a call its file may come, after an outage. */
const LATEST_MS = 24 * 3_600_000;

/** Throws `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`. */
export async function completenessOf(
  ports: CompletenessPorts,
  options: CompletenessOptions,
): Promise<Completeness> {
  const now = ports.now();
  const { source } = ports;
  const partitions = new Partitions();
  try {
    const log = await readLog(ports.events(), partitions, options.rules.roles, now);
    const window = windowOf(options, log, now);
    if (!source) return nothing(window);
    const rules = { ...options.rules, roles: log.roles.all() };
    const until = wholeSeconds(Math.min(now.getTime(), Date.parse(window.to) + LATEST_MS));
    const take = (record: unknown, { modifiedAt }: { readonly modifiedAt: number }) => {
      const call = kmsCallOf(record);
      if (call && concernsUs(call, rules))
        partitions.add(witnessIdOf(call), { call, seenAt: modifiedAt } satisfies Line);
    };
    // Names of files have whole minutes.
    const from = `${window.from.slice(0, 16)}:00Z`;
    const trail = await checkTrail({ ...ports, source }, from, until, take, (text) => text.includes("kms."));
    const graceMs = options.graceSeconds * 1000;
    const delayMs = (options.delaySeconds ?? DELAY_SECONDS) * 1000;
    const counted = new CompletenessCount(
      { rules, window, now, graceMs, delayMs, erasedClaims: log.erasedClaims },
      ports.onVerdict,
    );
    for await (const lines of partitions.groups<Line>()) counted.add(lines);
    const problems = trail.problems.length > 0 ? trail.problems : silence(counted.silentClaims);
    return {
      ...counted.result(),
      problems,
      ok: counted.isOk && problems.length === 0,
      window,
      restsOn: [...restsOn(source.name, trail), ...formerRoles(log.roles.ended), ...before(log)],
    };
  } finally {
    partitions.close();
  }
}

/** CloudTrail has whole seconds: a call in the second of the first claim belongs to it. */
function windowOf(
  { from, to, rules }: CompletenessOptions,
  log: LogRead,
  now: Date,
): { from: string; to: string } {
  const aDayAgo = new Date(now.getTime() - LATEST_MS).toISOString();
  const since = log.first ?? aDayAgo;
  const expired = afterExpired(log, rules);
  const first = since > expired ? since : expired;
  return {
    from: wholeSeconds(Date.parse(from ?? first)),
    to: wholeSeconds(Date.parse(to ?? now.toISOString())),
  };
}

/** By when nothing may be decrypted any more for a claim that has expired; empty where none has. */
function afterExpired({ expiredThrough }: LogRead, rules: CompletenessOptions["rules"]): string {
  const through = Date.parse(expiredThrough);
  return Number.isNaN(through) ? "" : new Date(through + latestAfterClaim(rules) * 1000).toISOString();
}

/** Where a file is gone, that alone may be why. */
function silence(claims: number): TrailProblem[] {
  return claims === 0 ? [] : [{ kind: "trail_silent", where: `${claims} claims, and no Decrypt` }];
}

/** Nobody else knows of them: the role of the function that reconciles could have said so too. */
function formerRoles(ended: readonly string[]): string[] {
  return ended.length === 0
    ? []
    : [`which roles there were before, by the audit's own word: ${ended.join(", ")}`];
}

function before({ expiredThrough }: LogRead): string[] {
  return expiredThrough === ""
    ? []
    : [`nothing before ${expiredThrough}: by the audit's own word its events have expired`];
}

function restsOn(
  source: string,
  { files, digests, covered, beforeDigests, afterDigests, known }: TrailCheck,
): string[] {
  const signed =
    covered === undefined
      ? "no digest: that no file is missing or changed rests on the ledger alone"
      : `${digests} digests signed by CloudTrail, of files delivered from ${covered.from} to ${covered.to}` +
        `; before them ${beforeDigests} files, after them ${afterDigests}`;
  return [`${files} files of CloudTrail in ${source}`, signed, `${known} files that the ledger knows`];
}

function nothing(window: Completeness["window"]): Completeness {
  const none = {
    kmsDecrypts: 0,
    explained: 0,
    unaccounted: [],
    unconfirmed: [],
    pending: 0,
    informational: {},
  };
  return { ...none, ok: null, problems: [], window, restsOn: ["nothing: the deployment has no trail"] };
}
