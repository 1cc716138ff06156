import type { DataKeyGenerator } from "../envelope/keyring.ts";
import { WaxsealError } from "../errors.ts";
import { seal } from "../envelope/envelope.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import type { TakeLimit } from "../limits/take-limit.ts";
import { cleanProviderKey } from "../providers/clean.ts";
import { currentEndpoint, isFreeName, type Slot } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import type { Actor, Change } from "./change.ts";
import { encryptionContextOf } from "./encryption-context.ts";
import type { ProviderKeyStore } from "./store.ts";

/** What a save needs; the composition root gives it. */
export interface SavePorts {
  readonly store: Pick<ProviderKeyStore, "save">;
  readonly dataKeys: DataKeyGenerator;
  readonly takeLimit: TakeLimit;
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
  readonly order?: number | undefined;
  /** ISO 8601, UTC, milliseconds; never, where nothing is said. */
  readonly expiresAt?: string | undefined;
}

export interface Saved {
  /** ISO 8601, UTC. */
  readonly savedAt: string;
  /** What the person should know, though it was stored. */
  readonly warnings: readonly SaveWarning[];
}
export type SaveWarning = "UNFAMILIAR_FORMAT";

/**
 * Cleans, checks the format, seals, and stores in one write; replaces what the slot held before. Without
 * the limits' table nothing is saved.
 *
 * @throws {WaxsealError} `INVALID_REQUEST` for a time that has passed, or the name `verify`;
 *   `INVALID_PROVIDER_KEY_FORMAT`, `OTHER_PROVIDERS_KEY`; `RATE_LIMITED`; `KMS_UNAVAILABLE`,
 *   `ENCRYPTION_KEY_UNAVAILABLE`, `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`, `CONFLICT`: nothing was stored.
 */
export async function saveProviderKey(ports: SavePorts, who: Actor, request: SaveRequest): Promise<Saved> {
  const { slot, provider } = request.slot;
  const { ownerId, actor, caller, requestId } = who;
  if (!isFreeName(request.slot.name)) throw new WaxsealError("INVALID_REQUEST");
  if (request.expiresAt !== undefined && request.expiresAt <= ports.now().toISOString()) {
    throw new WaxsealError("INVALID_REQUEST");
  }
  const { providerKey, hasKnownFormat } = cleanProviderKey(request.pasted, provider);
  await ports.takeLimit("save", ownerId);
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
    order: request.order,
    expiresAt: request.expiresAt,
    health: { status: "unknown", checkedAt: at },
    newRecordId: ports.newId(),
  } as const;
  await ports.store.save({ ownerId, slot }, sealed, details, change);
  return { savedAt: at, warnings: hasKnownFormat ? [] : ["UNFAMILIAR_FORMAT"] };
}
