export interface IntegrityOptions {
  /** Asked again as it goes: it may take minutes, in which more is recorded. */
  readonly now: () => Date;
  /** For so long what was just done may not be recorded yet, or not be in a manifest. */
  readonly graceMs: number;
  /** How often checkpoints are signed, where that is known: later than twice that is overdue. */
  readonly checkpointEveryMs?: number | undefined;
  readonly onProgress?: ((what: string, done: number) => void) | undefined;
}

/** One look at the evidence: when it was begun, and what is too new to be judged by it. */
export interface Look {
  readonly startedAt: Date;
  /** Whether more may be recorded while it is looked at. */
  readonly isMoving: boolean;
  readonly graceMs: number;
  readonly checkpointEveryMs: number | undefined;
  readonly onProgress: (what: string, done: number) => void;
  /**
   * Whether what says this time is long recorded, if it is true. One that is no time, or has not been yet, is no reason
   * to wait for it: it would be waited for for ever.
   */
  readonly isSettled: (at: unknown) => boolean;
  /** Whether it is a time that has been. */
  readonly isPast: (at: unknown) => boolean;
}

/** @param takenAt - of evidence that was taken away: when. */
export function lookNow(options: IntegrityOptions, takenAt: string | undefined): Look {
  const { now, graceMs, checkpointEveryMs, onProgress = () => undefined } = options;
  const startedAt = takenAt === undefined ? now() : new Date(takenAt);
  const isPast = (at: unknown) => timeOf(at) <= now().getTime() + graceMs;
  const isSettled = (at: unknown) => !isPast(at) || timeOf(at) < startedAt.getTime() - graceMs;
  const isMoving = takenAt === undefined;
  return { startedAt, isMoving, graceMs, checkpointEveryMs, onProgress, isPast, isSettled };
}

function timeOf(at: unknown): number {
  return typeof at === "string" ? Date.parse(at) : NaN;
}
