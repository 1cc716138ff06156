import { seal } from "../envelope/envelope.ts";
import type { DataKeyGenerator, DataKeyUnwrapper } from "../envelope/keyring.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { isWaxsealError, WaxsealError, type ErrorCode } from "../errors.ts";
import { openClaimed, type OpenClaimedPorts, type OpenedRecord } from "../provider-keys/open-claimed.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import type { ResealStore } from "./reseal-store.ts";
import { isRemoved, parseFoundSeal, type FoundSeal } from "./suite-of.ts";

/** What a reseal of one record needs; the job's composition gives it. */
export interface ResealPorts extends OpenClaimedPorts {
  readonly store: Pick<ResealStore, "claim" | "reseal" | "one" | "noteOpenFailed">;
  readonly dataKeys: DataKeyGenerator;
  /** Unwraps data keys for one claim. */
  readonly unwrapperFor: (useId: string) => DataKeyUnwrapper;
  /** To which records are moved. */
  readonly suite: CipherSuite;
  /** 128 random bits as text. */
  readonly newId: () => string;
  /** Only says what would be moved. */
  readonly dryRun: boolean;
}

export type ResealOutcome =
  /** `moved`: somebody changed it meanwhile, so that nothing was left to do. */
  | { readonly outcome: "resealed" | "alreadyCurrent" | "moved" }
  /** Why: an error's code, or that it is no record. */
  | { readonly outcome: "failed"; readonly reason: ErrorCode | "RECORD_MALFORMED" };

/** A record that is saved again and again while it is resealed is given up after so many times. */
const MAX_TRIES = 5;

/**
 * Moves one record to another cipher suite: claims it, opens it, seals it under a new data key for the same owner, slot
 * and endpoint, and replaces what is sealed by one update, on the condition that the seal is still the one that was
 * read. A save or a removal meanwhile wins. Uses are not disturbed: each has its own copy of what it claimed.
 *
 * Failures are outcomes, not exceptions.
 */
export async function resealRecord(
  ports: ResealPorts,
  jobId: string,
  read: RawRecord,
): Promise<ResealOutcome> {
  try {
    return await movedToSuite(ports, jobId, read);
  } catch (error) {
    return { outcome: "failed", reason: isWaxsealError(error) ? error.code : "INTERNAL" };
  }
}

async function movedToSuite(ports: ResealPorts, jobId: string, read: RawRecord): Promise<ResealOutcome> {
  let record: RawRecord | undefined = read;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (!record || isRemoved(record)) return { outcome: "moved" };
    const found = parseFoundSeal(record);
    if (!found) return { outcome: "failed", reason: "RECORD_MALFORMED" };
    if (found.cipherSuite === ports.suite) return whyCurrent(record, jobId, tries);
    // Before it is claimed: nothing would be decrypted.
    if (!ports.readSuites.includes(found.cipherSuite)) throw new WaxsealError("SUITE_REFUSED");
    if (ports.dryRun) return { outcome: "resealed" };
    const { applied, sealId } = await reseal(ports, jobId, found);
    if (applied) return { outcome: "resealed" };
    record = await ports.store.one(found);
    // Our own write, whose answer was lost.
    if (sealId !== undefined && record?.["sealId"] === sealId) return { outcome: "resealed" };
  }
  throw new WaxsealError("CONFLICT");
}

/** @returns whether it was applied, and the id of the new seal, if it came that far. */
async function reseal(
  ports: ResealPorts,
  jobId: string,
  found: FoundSeal,
): Promise<{ applied: boolean; sealId?: string }> {
  const opened = await claimAndOpen(ports, jobId, found);
  if (!opened) return { applied: false };
  const { sealed, kmsRequestId } = await seal(
    opened.providerKey,
    opened.purpose,
    ports.suite,
    ports.dataKeys,
  );
  const applied = await ports.store.reseal(found, sealed, jobId, kmsRequestId);
  return { applied, sealId: sealed.sealId };
}

/** `undefined` where it could not be claimed as it was found. */
async function claimAndOpen(
  ports: ResealPorts,
  jobId: string,
  found: FoundSeal,
): Promise<OpenedRecord | undefined> {
  const useId = ports.newId();
  const claimed = await ports.store.claim(found, jobId, useId).catch((error: unknown) => {
    // It may stand or not; the next try claims under a use id of its own.
    if (isWaxsealError(error, "STORE_UNAVAILABLE")) return undefined;
    throw error;
  });
  if (!claimed) return undefined;
  try {
    return await openClaimed(ports, found, claimed, ports.unwrapperFor(useId));
  } catch (error) {
    if (isWaxsealError(error) && isOfTheRecord(error.code)) {
      await ports.store.noteOpenFailed(found, jobId, useId).catch(() => undefined);
    }
    throw error;
  }
}

/** What is wrong with the record itself is noted, as after a use: the claim has no decryption to show. */
function isOfTheRecord(code: ErrorCode): boolean {
  return code === "DECRYPT_FAILED" || code === "ORIGIN_NOT_REGISTERED" || code === "SUITE_REFUSED";
}

/** This job was here before and was stopped before it could note so, or it is nothing of its doing. */
function whyCurrent(record: RawRecord, jobId: string, tries: number): ResealOutcome {
  const change = (record["lastChange"] ?? {}) as { operation?: unknown; requestId?: unknown };
  if (change.operation === "reseal" && change.requestId === jobId) return { outcome: "resealed" };
  return { outcome: tries === 0 ? "alreadyCurrent" : "moved" };
}
