import type { DataKeyUnwrapper } from "../envelope/keyring.ts";
import { isWaxsealError, type ErrorCode } from "../errors.ts";
import { claimForJob } from "../jobs/claim.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { openClaimed, type OpenClaimedPorts } from "../provider-keys/open-claimed.ts";
import type { ProviderKeyStore } from "../provider-keys/store.ts";
import type { DynamoSender, RawRecord, RecordAddress } from "../provider-keys/write-record.ts";
import { plaintextLine } from "./plaintext-line.ts";
import type { Write } from "./private-file.ts";

export interface OwnerExportPorts extends OpenClaimedPorts {
  readonly dynamo: DynamoSender;
  readonly table: string;
  readonly store: Pick<ProviderKeyStore, "listStatus">;
  readonly unwrapperFor: (useId: string) => DataKeyUnwrapper;
  /** What exports, as the audit names it, and by which id. */
  readonly caller: string;
  readonly exportId: string;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Ends it before the next: nothing is decrypted then. */
  readonly signal?: AbortSignal;
}

/** A record that was left out, and why. */
export interface LeftOut {
  readonly slot: string;
  /** A code; `RECORD_MALFORMED`: it is there, and has not the form of a record. */
  readonly reason: ErrorCode | "RECORD_MALFORMED";
}

/**
 * Writes one owner's provider keys in plaintext, disabled and expired ones too, each after a claim: so that the audit
 * has who took what, when, and CloudTrail the decryption of each.
 *
 * @returns how many were written, and those that did not open; one of them keeps none of the others back.
 * @throws {OperatorError} `JOB_STOPPED` by the signal: then there is to be no file.
 */
export async function exportOwner(
  ports: OwnerExportPorts,
  slots: readonly RecordAddress[],
  write: Write,
): Promise<{ exported: number; failures: LeftOut[] }> {
  const failures: LeftOut[] = [];
  let exported = 0;
  for (const address of slots) {
    if (ports.signal?.aborted)
      throw new OperatorError("JOB_STOPPED", "Stopped: there is no file, and what was piped is not whole");
    try {
      const line = await openedLine(ports, address);
      if (line === undefined) {
        if (await isThere(ports, address)) failures.push({ slot: address.slot, reason: "RECORD_MALFORMED" });
        continue;
      }
      await write(line);
      exported += 1;
    } catch (error) {
      if (!isWaxsealError(error)) throw error;
      failures.push({ slot: address.slot, reason: error.code });
    }
  }
  return { exported, failures };
}

/** Where the owner has something sealed. */
export async function slotsOf(
  { store }: Pick<OwnerExportPorts, "store">,
  ownerId: string,
): Promise<RecordAddress[]> {
  const records = await store.listStatus({ ownerId });
  const sealed = records.filter(({ state }) => state !== "removed");
  return sealed.map(({ slot }) => ({ ownerId, slot: String(slot) }));
}

/** It could not be claimed: removed since it was listed, or damaged, which nobody may take for the same. */
async function isThere(ports: OwnerExportPorts, { ownerId, slot }: RecordAddress): Promise<boolean> {
  const now = await slotsOf(ports, ownerId);
  return now.some((one) => one.slot === slot);
}

async function openedLine(ports: OwnerExportPorts, address: RecordAddress): Promise<string | undefined> {
  const useId = ports.newId();
  const change = {
    operation: "export",
    actor: "operator",
    caller: ports.caller,
    requestId: ports.exportId,
    useId,
    at: ports.now().toISOString(),
  } as const;
  const claimed = await claimForJob(ports, address, change);
  if (!claimed) return undefined;
  const { providerKey } = await openClaimed(ports, address, claimed, ports.unwrapperFor(useId));
  return plaintextLine(aboutOf(address, claimed), providerKey);
}

function aboutOf({ slot }: RecordAddress, { label }: RawRecord) {
  const [provider = "", name = ""] = slot.split("/");
  return { provider, name, label: typeof label === "string" ? label : undefined };
}
