import { open } from "../envelope/envelope.ts";
import type { DataKeyUnwrapper } from "../envelope/keyring.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { isWaxsealError, WaxsealError } from "../errors.ts";
import { currentEndpoint, type Slot } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import type { Actor, Change } from "./change.ts";
import { encryptionContextOf } from "./encryption-context.ts";
import { parseSealed, type Health } from "./record.ts";
import type { ProviderKeyStore, RawRecord } from "./store.ts";

/** What a use needs; the composition root gives it. */
export interface UsePorts {
  readonly store: Pick<ProviderKeyStore, "claim" | "noteHealth" | "noteOpenFailed">;
  /** Unwraps data keys for one claim. */
  readonly unwrapperFor: (useId: string) => DataKeyUnwrapper;
  readonly stage: string;
  readonly readSuites: readonly CipherSuite[];
  readonly now: () => Date;
  /** 128 random bits as text. */
  readonly newId: () => string;
}

/** A provider key, claimed and opened: good for the one use that `useId` names. */
export interface ProviderKeyUse {
  readonly providerKey: Secret;
  readonly useId: string;
  /** Notes what the provider said of the provider key. Best effort: never throws. */
  readonly noteHealth: (status: Health["status"]) => Promise<void>;
}

/**
 * Claims, decrypts, opens. Claim first: without a recorded claim nothing is decrypted, so every
 * decryption KMS records can be matched with a use that we recorded.
 *
 * @throws {WaxsealError} `PROVIDER_KEY_NOT_FOUND`, `PROVIDER_KEY_DISABLED`, `PROVIDER_KEY_EXPIRED`: not
 *   claimed, nothing decrypted. `STORE_UNAVAILABLE`: could not be claimed. `DECRYPT_FAILED`,
 *   `SUITE_REFUSED`, `KMS_UNAVAILABLE`, `ENCRYPTION_KEY_UNAVAILABLE`: claimed, not opened.
 */
export async function useProviderKey(ports: UsePorts, who: Actor, slot: Slot): Promise<ProviderKeyUse> {
  const address = { ownerId: who.ownerId, slot: slot.slot };
  const useId = ports.newId();
  const { applied, record } = await ports.store.claim(address, change(ports, who, "use", useId));
  if (!applied) throw new WaxsealError(whyNotClaimed(record));

  const sealed = parseSealed(record);
  const purpose = {
    encryptionContext: encryptionContextOf(ports.stage, address.ownerId, address.slot),
    endpointId: currentEndpoint(slot.provider).endpointId,
  };
  try {
    if (!sealed) throw new WaxsealError("DECRYPT_FAILED");
    const providerKey = await open(sealed, purpose, ports.readSuites, ports.unwrapperFor(useId));
    return { providerKey, useId, noteHealth };
  } catch (error) {
    if (isWaxsealError(error) && !error.retryable) {
      await ports.store.noteOpenFailed(address, change(ports, who, "open_failed", useId)).catch(ignore);
    }
    throw error;
  }

  async function noteHealth(status: Health["status"]): Promise<void> {
    // A use is one write; only what changes is worth a second.
    if (status === (record?.["health"] as Partial<Health> | undefined)?.status) return;
    const noted = change(ports, who, "health", useId);
    const health = { status, checkedAt: noted.at };
    if (sealed) await ports.store.noteHealth(address, sealed.sealId, health, noted).catch(ignore);
  }
}

function change(ports: UsePorts, who: Actor, operation: Change["operation"], useId: string): Change {
  const { actor, caller, requestId } = who;
  return { operation, actor, caller, requestId, useId, at: ports.now().toISOString() };
}

function whyNotClaimed(record: RawRecord | undefined) {
  if (record?.["state"] === "active") return "PROVIDER_KEY_EXPIRED";
  return record?.["state"] === "disabled" ? "PROVIDER_KEY_DISABLED" : "PROVIDER_KEY_NOT_FOUND";
}

/** These notes are extras to a use that already has its answer; the store's own metrics show failures. */
function ignore(): void {}
