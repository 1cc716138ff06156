/** What the recorder could not record for a day, given to it again. */
import type { Logger } from "../log/logger.ts";
import { describeError } from "../log/describe-error.ts";
import { parsePutAside, type Batch } from "./put-aside.ts";

export interface RedrivePorts {
  readonly objects: {
    /** Names after another, in the order of UTF-8. */
    names(after: string): AsyncIterable<string>;
    /** `undefined` where there is none any more. */
    read(name: string): Promise<Uint8Array | undefined>;
    remove(name: string): Promise<void>;
  };
  /** @returns how many records are not recorded. @throws where the recorder failed. */
  readonly record: (event: string) => Promise<number>;
  readonly logger: Logger;
  readonly now: () => Date;
}

export interface RedriveRequest {
  /** Looks at all and changes nothing. */
  readonly dryRun: boolean;
  /** The name of the object that an earlier call ended with. */
  readonly after: string;
}

/** Why an object is there still. */
export type LeftReason =
  /** The recorder failed, or could not record all of it: its log says why. */
  | "NOT_RECORDED"
  /** It says where the batch was, and not what was in it. */
  | "WITHOUT_RECORDS"
  /** It is none of Lambda's. */
  | "MALFORMED";

export interface Left {
  readonly object: string;
  readonly reason: LeftReason;
  readonly batch?: Batch;
}

export interface Redriven {
  /** Batches that were recorded and are gone from the bucket; with `dryRun`, that would be given to the recorder. */
  readonly batches: number;
  readonly records: number;
  readonly left: readonly Left[];
  /** Where the next call goes on; `null` where all was looked at. */
  readonly next: string | null;
}

/** An answer stays a document of some hundred kilobytes. */
const MOST_LEFT = 500;

/**
 * Goes through what was put aside, oldest within a shard first. An object is removed once the recorder has said that all of
 * it is recorded, and not before; of two runs at once each finds the other's events there already.
 *
 * @param until - when it is to end; the next call goes on.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function redrive(
  ports: RedrivePorts,
  { dryRun, after }: RedriveRequest,
  until: Date,
): Promise<Redriven> {
  const left: Left[] = [];
  let [batches, records] = [0, 0];
  let last = after;
  for await (const name of ports.objects.names(after)) {
    if (last !== after && (ports.now() >= until || left.length >= MOST_LEFT))
      return { batches, records, left, next: last };
    const done = await redriveOne(ports, name, dryRun);
    if (done && "reason" in done) left.push(done);
    else if (done) [batches, records] = [batches + 1, records + done.records];
    last = name;
  }
  return { batches, records, left, next: null };
}

/** @returns `undefined` where another run was faster. */
async function redriveOne(
  { objects, record, logger }: RedrivePorts,
  object: string,
  dryRun: boolean,
): Promise<Batch | Left | undefined> {
  const body = await objects.read(object);
  if (!body) return undefined;
  const aside = parsePutAside(body);
  if (!aside) return { object, reason: "MALFORMED" };
  const { batch, event } = aside;
  if (event === undefined) return { object, reason: "WITHOUT_RECORDS", batch };
  if (dryRun) return batch;
  try {
    if ((await record(event)) > 0) return { object, reason: "NOT_RECORDED", batch };
  } catch (error) {
    logger.error("a batch was not recorded", { code: "REDRIVE_FAILED", error: describeError(error) });
    return { object, reason: "NOT_RECORDED", batch };
  }
  await objects.remove(object);
  return batch;
}
