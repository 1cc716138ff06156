import type { DataKeyGenerator } from "../envelope/keyring.ts";
import { seal } from "../envelope/envelope.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { cleanProviderKey } from "../providers/clean.ts";
import { currentEndpoint, type Slot } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import type { Actor, Change } from "./change.ts";
import { encryptionContextOf } from "./encryption-context.ts";
import type { ProviderKeyStore } from "./store.ts";

/** What a save needs; the composition root gives it. */
export interface SavePorts {
  readonly store: Pick<ProviderKeyStore, "save">;
  readonly dataKeys: DataKeyGenerator;
  readonly stage: string;
  readonly writeSuite: CipherSuite;
  readonly now: () => Date;
  /** 128 random bits as text. */
  readonly newId: () => string;
}

export interface SaveRequest {
  readonly slot: Slot;
  /** As a person pasted it. */
  readonly pasted: Secret;
  readonly label?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

/**
 * Cleans, checks the format, seals, and stores in one write; replaces what the slot held before.
 *
 * @returns when it was saved: ISO 8601, UTC.
 * @throws {WaxsealError} `INVALID_PROVIDER_KEY_FORMAT`, `OTHER_PROVIDERS_KEY`; `KMS_UNAVAILABLE`,
 *   `ENCRYPTION_KEY_UNAVAILABLE`, `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`, `CONFLICT`: nothing was stored.
 */
export async function saveProviderKey(ports: SavePorts, who: Actor, request: SaveRequest): Promise<string> {
  const { slot, provider } = request.slot;
  const { ownerId, actor, caller, requestId } = who;
  const providerKey = cleanProviderKey(request.pasted, provider);
  const purpose = {
    encryptionContext: encryptionContextOf(ports.stage, ownerId, slot),
    endpointId: currentEndpoint(provider).endpointId,
  };
  const { sealed, kmsRequestId } = await seal(providerKey, purpose, ports.writeSuite, ports.dataKeys);

  const at = ports.now().toISOString();
  const change: Change = {
    operation: "save",
    actor,
    caller,
    requestId,
    kmsRequestId,
    at,
  };
  const details = {
    label: request.label,
    expiresAt: request.expiresAt?.toISOString(),
    health: { status: "unknown", checkedAt: at },
    newRecordId: ports.newId(),
  } as const;
  await ports.store.save({ ownerId, slot }, sealed, details, change);
  return at;
}
