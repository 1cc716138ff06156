import { open, type SealedProviderKey, type SealPurpose } from "../envelope/envelope.ts";
import type { DataKeyUnwrapper } from "../envelope/keyring.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { WaxsealError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { encryptionContextOf } from "./encryption-context.ts";
import { recordedEndpoint } from "./recorded-endpoint.ts";
import { parseSealed } from "./record.ts";
import type { RawRecord, RecordAddress } from "./write-record.ts";

/** What a job needs to open what it claimed. */
export interface OpenClaimedPorts {
  readonly stage: string;
  readonly readSuites: readonly CipherSuite[];
  /** `provider=endpointId`, the registered ones. */
  readonly endpoints: ReadonlySet<string>;
}

/** A record as it was opened, and for whom and what: what is sealed anew is sealed for the same. */
export interface OpenedRecord {
  readonly providerKey: Secret;
  readonly sealed: SealedProviderKey;
  readonly purpose: SealPurpose;
}

/**
 * Opens a record that a job has claimed, for the owner and slot under whose address it was found, and for the endpoint
 * that it names, if that is one of its provider's.
 *
 * @throws {WaxsealError} `ORIGIN_NOT_REGISTERED`; `DECRYPT_FAILED` also where it does not parse; what `open` throws.
 */
export async function openClaimed(
  ports: OpenClaimedPorts,
  { ownerId, slot }: RecordAddress,
  claimed: RawRecord,
  unwrapper: DataKeyUnwrapper,
): Promise<OpenedRecord> {
  const sealed = parseSealed(claimed);
  if (!sealed) throw new WaxsealError("DECRYPT_FAILED");
  const endpointId = recordedEndpoint(ports.endpoints, slot, sealed.endpointId);
  if (endpointId === undefined) throw new WaxsealError("ORIGIN_NOT_REGISTERED");
  const purpose = { encryptionContext: encryptionContextOf(ports.stage, ownerId, slot), endpointId };
  return { providerKey: await open(sealed, purpose, ports.readSuites, unwrapper), sealed, purpose };
}
