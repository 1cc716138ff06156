/** What an operator sets of the audit; see `lib/settings.ts`. */

/** How long manifests and checkpoints cannot be deleted by anyone, and by whom they can. */
export const auditLocks = ["by-stage", "compliance", "governance", "none"] as const;

export const trailModes = ["off", "create", "existing"] as const;

export interface AuditSettings {
  /** S3 Object Lock of the audit's bucket. `by-stage`: compliance where the stage's name begins with `prod`, else none. */
  readonly auditLock: (typeof auditLocks)[number];
  /** For how long it locks, in days. */
  readonly auditLockDays: number;
  /** After how many days events expire, and only once a checkpoint covers them; 0: never. */
  readonly auditRetentionDays: number;
  /** For how long a recorder waits for a batch to fill, in seconds. */
  readonly auditBatchSeconds: number;
  /**
   * When checkpoints are signed: `rate(…)`, `cron(…)`, or `off` (no signing key either). `by-stage`: every hour
   * where the stage's name begins with `prod`, else off.
   */
  readonly checkpointSchedule: string;
  /**
   * How old a manifest is, in seconds, before a checkpoint covers it: a recorder has a minute for a batch. What comes
   * later still, the next one covers.
   */
  readonly checkpointSettleSeconds: number;
  /** CloudTrail as the witness: of a trail that there is, of one that the stack creates, or none. */
  readonly trail: (typeof trailModes)[number];
  /** `existing`: the bucket that the trail writes to, with events to EventBridge switched on. */
  readonly trailBucket: string;
  /** `existing`: the prefix that was given to the trail, if any. */
  readonly trailPrefix: string;
  /** How long after CloudTrail showed it a decryption may stay unexplained, in seconds. */
  readonly graceSeconds: number;
  /** Who may take the auditor's role, as ARNs; where none is named, whomever the account's IAM lets. */
  readonly auditors: readonly string[];
}

export const defaultAuditSettings: AuditSettings = {
  auditLock: "by-stage",
  auditLockDays: 365,
  auditRetentionDays: 0,
  auditBatchSeconds: 5,
  checkpointSchedule: "by-stage",
  checkpointSettleSeconds: 120,
  trail: "off",
  trailBucket: "none",
  trailPrefix: "none",
  graceSeconds: 300,
  auditors: [],
};

/** Events are kept for so many days at least, whatever is set. */
export const leastRetentionDays = 30;

/** A stage that is the real one. */
export function isProduction(stage: string): boolean {
  return stage.startsWith("prod");
}

/** What `by-stage` means for this stage. */
export function lockOf({ stage, auditLock }: Pick<AuditSettings, "auditLock"> & { readonly stage: string }) {
  if (auditLock !== "by-stage") return auditLock;
  return isProduction(stage) ? "compliance" : "none";
}

/** `off`, or an expression of EventBridge's. */
export function checkpointScheduleOf(
  settings: Pick<AuditSettings, "checkpointSchedule"> & { readonly stage: string },
): string {
  if (settings.checkpointSchedule !== "by-stage") return settings.checkpointSchedule;
  return isProduction(settings.stage) ? "rate(1 hour)" : "off";
}

/** How often, in milliseconds, of `rate(1 hour)`; of a cron nothing is said. */
export function everyMs(schedule: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  const ms = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[unit as "minute"];
  return count === undefined ? undefined : Number(count) * ms;
}
