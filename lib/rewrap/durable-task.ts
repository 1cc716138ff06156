import * as z from "zod/mini";
import { WaxsealError } from "../errors.ts";

/** What the durable function is invoked with: a whole rewrap, or what it invokes itself with, a part of one. */
export type DurableTask = RewrapTask | SegmentTask;

export interface RewrapTask {
  readonly task: "rewrap";
  readonly dryRun?: boolean | undefined;
  /** Of a job that is begun; one that is gone on with has its own. */
  readonly segments?: number | undefined;
}

export interface SegmentTask {
  readonly task: "segment";
  readonly jobId: string;
  /** Whoever took the job over since has another. */
  readonly runner: string;
  readonly segment: number;
}

const word = z.string().check(z.regex(/^[\w-]{1,64}$/));
const schema = z.union([
  z.strictObject({
    task: z.literal("rewrap"),
    dryRun: z.optional(z.boolean()),
    segments: z.optional(z.int().check(z.minimum(1), z.maximum(64))),
  }),
  z.strictObject({
    task: z.literal("segment"),
    jobId: word,
    runner: word,
    segment: z.int().check(z.minimum(0), z.maximum(63)),
  }),
]);

/** @throws {WaxsealError} `INVALID_REQUEST`; nothing of the event is said. */
export function durableTask(event: unknown): DurableTask {
  const parsed = z.safeParse(schema, event);
  if (!parsed.success) throw new WaxsealError("INVALID_REQUEST");
  return parsed.data;
}
