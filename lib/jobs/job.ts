import type { Cursor } from "../provider-keys/walk.ts";

/** What an operator has done to all records, page by page. The kind is the beginning of the job's id. */
export type JobKind = "rewrap" | "reseal" | "import";

export type JobState =
  /** Also where its process was killed: it goes on when it is run again. */
  | "running"
  /** By a signal or a failure of AWS: it goes on when it is run again. */
  | "stopped"
  | "complete"
  /** It came to its end, and left out what failed. */
  | "incomplete"
  | "cancelled"
  /** Another was begun, with another aim. */
  | "superseded";

/** How many records by outcome, as `{ scanned, rewrapped, … }`. */
export type Counts = Readonly<Record<string, number>>;

/** A record that was left as it was, and why. No part of it but its address. */
export interface Failure {
  readonly ownerId: string;
  readonly slot: string;
  /** A code: stable. */
  readonly reason: string;
}

/** One of the segments into which the table is cut. */
export interface Segment {
  readonly page: number;
  /** Where its next page begins. */
  readonly cursor?: Cursor;
  readonly done: boolean;
}

export interface Job {
  readonly jobId: string;
  readonly kind: JobKind;
  readonly state: JobState;
  /** ISO 8601, UTC, as all times here. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  /** ARN of who started it. */
  readonly startedBy: string;
  /** What it is to bring about, and how; by it a job that is run again is known. */
  readonly aim: Readonly<Record<string, string>>;
  readonly segments: readonly Segment[];
  readonly counts: Counts;
  /** The first of them; all of them are in the file that `--failures` names. */
  readonly failures: readonly Failure[];
  /** Who runs it now: a random id. Another that takes over puts its own here. */
  readonly runner: string;
  readonly cancelRequested: boolean;
}

/** What came of a page. */
export interface PageResult {
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  readonly next: Cursor;
}

export function isEnded({ state }: Job): boolean {
  return state !== "running" && state !== "stopped";
}

/** How a job ends that is run no further: not whole, it goes on when it is run again, unless it was to be cancelled. */
export function lastStateOf({ segments, counts, cancelRequested }: Job): JobState {
  const isWhole = segments.every(({ done }) => done);
  if (!isWhole) return cancelRequested ? "cancelled" : "stopped";
  return (counts["failed"] ?? 0) > 0 ? "incomplete" : "complete";
}

/** `rewrap-20261125T103000-Xb3fK2` */
export function newJobId(kind: JobKind, at: Date, random: string): string {
  const time = at
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "");
  return `${kind}-${time}-${random.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 6)}`;
}
