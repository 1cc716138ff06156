/**
 * What Lambda puts aside in a bucket of a batch that it gave up (Lambda Developer Guide, "Retain discarded records for a
 * DynamoDB event source in Lambda", 2026-11-25). Of a bucket `payload` has the whole event that the function was not able
 * to take, as JSON within JSON: sealed attributes too. It goes back to the function as it is, and nowhere else.
 */
import * as z from "zod/mini";

const schema = z.object({
  requestContext: z.object({ condition: z.string() }),
  DDBStreamBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string(),
    endSequenceNumber: z.string(),
    batchSize: z.int(),
    streamArn: z.string(),
  }),
  payload: z.optional(z.string()),
});

const eventSchema = z.object({ Records: z.array(z.unknown()).check(z.minLength(1)) });

/** Where in which stream a batch was; nothing of what was in it. */
export interface Batch {
  readonly table: string;
  readonly shardId: string;
  /** Sequence numbers of its first and last record. */
  readonly from: string;
  readonly to: string;
  readonly records: number;
  /** As Lambda has it: `RecordAgeExceeded`. */
  readonly why: string;
}

export interface PutAside {
  readonly batch: Batch;
  /** The event as the function got it, in JSON; absent where what was put aside is where it was alone. */
  readonly event?: string;
}

/** @returns `undefined` where it has not the form of one. */
export function parsePutAside(body: Uint8Array): PutAside | undefined {
  const { data } = z.safeParse(schema, parsed(Buffer.from(body).toString("utf8")));
  if (!data) return undefined;
  const { shardId, startSequenceNumber: from, endSequenceNumber: to, streamArn } = data.DDBStreamBatchInfo;
  const event = data.payload === undefined ? undefined : z.safeParse(eventSchema, parsed(data.payload)).data;
  const batch = {
    table: streamArn.split("/")[1] ?? "",
    ...{ shardId, from, to },
    records: event?.Records.length ?? data.DDBStreamBatchInfo.batchSize,
    why: data.requestContext.condition,
  };
  return { batch, ...(event && data.payload !== undefined && { event: data.payload }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
