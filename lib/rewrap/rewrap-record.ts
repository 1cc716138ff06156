import { isWaxsealError, WaxsealError, type ErrorCode } from "../errors.ts";
import type { DataKeyRewrapper, RewrappedDataKey } from "../kms/data-key-rewrapper.ts";
import { encryptionContextOf } from "../provider-keys/encryption-context.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import type { WrappingStore } from "./wrapping-store.ts";
import { isCurrent, isTombstone, parseWrapping, type CurrentWrapping, type Wrapping } from "./wrapping.ts";

/** What a rewrap of one record needs; the job's composition gives it. */
export interface RewrapPorts {
  readonly store: Pick<WrappingStore, "rewrap" | "one">;
  readonly rewrapper: DataKeyRewrapper;
  readonly stage: string;
  readonly current: CurrentWrapping;
  /** Only asks KMS whether it would. */
  readonly dryRun: boolean;
}

/** Why a record could not be rewrapped: an error's code, or that it is no record. */
export type FailureReason = ErrorCode | "RECORD_MALFORMED";

export type RewrapOutcome =
  /** `moved`: somebody changed it meanwhile, so that nothing was left to do. */
  | { readonly outcome: "rewrapped" | "alreadyCurrent" | "moved" }
  | { readonly outcome: "failed"; readonly reason: FailureReason };

/** A record that is saved again and again while it is rewrapped is given up after so many times. */
const MAX_TRIES = 5;

/**
 * Moves one record's data key to the current wrapping: `ReEncrypt` under the same encryption context, then one
 * update on the condition that seal and wrapping are still those that were read. The ciphertext is neither read nor
 * written, and what the record is used for meanwhile is not disturbed: old wrapping and new open to the same data key.
 *
 * Failures are outcomes, not exceptions.
 */
export async function rewrapRecord(
  ports: RewrapPorts,
  jobId: string,
  read: RawRecord,
): Promise<RewrapOutcome> {
  try {
    return await movedToCurrent(ports, jobId, read);
  } catch (error) {
    return { outcome: "failed", reason: isWaxsealError(error) ? error.code : "INTERNAL" };
  }
}

async function movedToCurrent(ports: RewrapPorts, jobId: string, read: RawRecord): Promise<RewrapOutcome> {
  let record: RawRecord | undefined = read;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (!record || isTombstone(record)) return { outcome: "moved" };
    const wrapping = parseWrapping(record);
    if (!wrapping) return { outcome: "failed", reason: "RECORD_MALFORMED" };
    if (isCurrent(wrapping, ports.current)) return whyCurrent(record, jobId, tries);
    const rewrapped = await rewrap(ports, wrapping);
    if (!rewrapped) return { outcome: "rewrapped" };
    if (await ports.store.rewrap(wrapping, rewrapped, jobId)) return { outcome: "rewrapped" };
    record = await ports.store.one(wrapping);
    // Our own write, whose answer was lost.
    if (record && isWrapping(record, rewrapped)) return { outcome: "rewrapped" };
  }
  throw new WaxsealError("CONFLICT");
}

/** `undefined` where it was only asked for. */
async function rewrap(ports: RewrapPorts, wrapping: Wrapping): Promise<RewrappedDataKey | undefined> {
  const context = encryptionContextOf(ports.stage, wrapping.ownerId, wrapping.slot);
  if (!ports.dryRun) return ports.rewrapper.rewrapDataKey(wrapping, context);
  await ports.rewrapper.wouldRewrapDataKey(wrapping, context);
  return undefined;
}

/** This job was here before and was stopped before it could note so, or it is nothing of its doing. */
function whyCurrent(record: RawRecord, jobId: string, tries: number): RewrapOutcome {
  const { operation, requestId } = (record["lastChange"] ?? {}) as {
    operation?: unknown;
    requestId?: unknown;
  };
  if (operation === "rewrap" && requestId === jobId) return { outcome: "rewrapped" };
  return { outcome: tries === 0 ? "alreadyCurrent" : "moved" };
}

function isWrapping(record: RawRecord, { wrappedDataKey }: RewrappedDataKey): boolean {
  const stored = record["wrappedDataKey"];
  return stored instanceof Uint8Array && Buffer.compare(stored, wrappedDataKey) === 0;
}
