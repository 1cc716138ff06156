import * as z from "zod/mini";
import type { Job } from "./job.ts";

/** How long a report is kept, in days: longer than a year, so that last year's rotation can be shown. */
const KEPT_DAYS = 400;
/** An item may have 400 kB. */
export const MAX_KEPT_FAILURES = 200;

export type JobItem = Readonly<Record<string, unknown>>;

const segment = z.object({
  page: z.int(),
  cursor: z.optional(z.object({ ownerId: z.string(), slot: z.string() })),
  done: z.boolean(),
});

const schema = z.object({
  jobId: z.string(),
  kind: z.enum(["rewrap", "reseal", "import"]),
  state: z.enum(["running", "stopped", "complete", "incomplete", "cancelled", "superseded"]),
  startedAt: z.string(),
  updatedAt: z.string(),
  endedAt: z.optional(z.string()),
  startedBy: z.string(),
  aim: z.record(z.string(), z.string()),
  segments: z.record(z.string(), segment),
  counts: z.record(z.string(), z.number()),
  failures: z.array(z.object({ ownerId: z.string(), slot: z.string(), reason: z.string() })),
  runner: z.string(),
  cancelRequested: z.boolean(),
});

/** Segments are named `s0`, `s1`, … so that each can be noted by itself. */
export function itemOf(job: Job): JobItem {
  const started = Date.parse(job.startedAt) / 1000;
  return {
    ...job,
    segments: Object.fromEntries(job.segments.map((one, index) => [`s${index}`, one])),
    purgeAt: Math.floor(started) + KEPT_DAYS * 86_400,
  };
}

/** The table also has what `waxseal retire` notes of a KMS key. */
export function isJob({ kind }: JobItem): boolean {
  return kind !== "retire";
}

/** @throws Error where the item is none of ours. */
export function jobOf(item: JobItem): Job {
  const parsed = z.safeParse(schema, item);
  if (!parsed.success) throw unknownForm();
  const { segments, ...job } = parsed.data;
  return {
    ...job,
    segments: Array.from({ length: Object.keys(segments).length }, (_none, index) => {
      const one = segments[`s${index}`];
      // Taken for done, it would make a job complete that left a part of the table out.
      if (!one) throw unknownForm();
      return one;
    }),
  } as Job;
}

function unknownForm(): Error {
  return new Error("an item of the Jobs table is not in a form that is known here");
}
