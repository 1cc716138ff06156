import { open } from "../envelope/envelope.ts";
import type { DataKeyUnwrapper } from "../envelope/keyring.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { isWaxsealError } from "../errors.ts";
import { claimForJob } from "../jobs/claim.ts";
import { encryptionContextOf } from "../provider-keys/encryption-context.ts";
import { parseSealed } from "../provider-keys/record.ts";
import type { DynamoSender, RawRecord } from "../provider-keys/write-record.ts";
import { findEndpoint, type Slot } from "../providers/find.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";
import type { Secret } from "../secret.ts";
import type { Verification } from "./counts.ts";
import { IMPORT_CALLER } from "./import-row.ts";

/** What a verification needs: the role that opens what an import wrote. */
export interface VerifyPorts {
  readonly dynamo: DynamoSender;
  readonly table: string;
  readonly stage: string;
  readonly readSuites: readonly CipherSuite[];
  readonly jobId: string;
  /** Unwraps data keys for one claim. */
  readonly unwrapperFor: (useId: string) => DataKeyUnwrapper;
  readonly now: () => Date;
  /** 128 random bits as text. */
  readonly newId: () => string;
  readonly retry?: RetryPolicy;
}

/**
 * Opens what is stored, after a claim, and compares it with what the legacy row holds. It counts as no use.
 *
 * @throws {WaxsealError} `ACCESS_DENIED_BY_AWS`, `ENCRYPTION_KEY_UNAVAILABLE`: as with every other record.
 */
export async function verifyImported(
  ports: VerifyPorts,
  ownerId: string,
  slot: Slot,
  providerKey: Secret,
): Promise<Verification> {
  const useId = ports.newId();
  try {
    const record = await claim(ports, ownerId, slot, useId);
    // A save takes `importedAt` away.
    if (record?.["importedAt"] === undefined) return "changedSince";
    const stored = await openRecord(ports, ownerId, slot, record, useId);
    return stored?.equals(providerKey) ? "verified" : "mismatched";
  } catch (error) {
    if (isWaxsealError(error, "DECRYPT_FAILED") || isWaxsealError(error, "SUITE_REFUSED"))
      return "mismatched";
    if (isWaxsealError(error) && error.retryable) return "unverified";
    throw error;
  }
}

function claim(
  { dynamo, table, jobId, now, retry = patientRetry }: VerifyPorts,
  ownerId: string,
  { slot }: Slot,
  useId: string,
): Promise<RawRecord | undefined> {
  const change = {
    operation: "import_verify",
    actor: "operator",
    caller: IMPORT_CALLER,
    requestId: jobId,
    useId,
    at: now().toISOString(),
  } as const;
  return claimForJob({ dynamo, table }, { ownerId, slot }, change, { retry });
}

async function openRecord(
  { stage, readSuites, unwrapperFor }: VerifyPorts,
  ownerId: string,
  { slot, provider }: Slot,
  record: RawRecord,
  useId: string,
): Promise<Secret | undefined> {
  const sealed = parseSealed(record);
  const endpoint = sealed && findEndpoint(provider, sealed.endpointId);
  if (!endpoint) return undefined;
  const encryptionContext = encryptionContextOf(stage, ownerId, slot);
  return open(
    sealed,
    { encryptionContext, endpointId: endpoint.endpointId },
    readSuites,
    unwrapperFor(useId),
  );
}
