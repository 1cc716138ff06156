import { open } from "../envelope/envelope.ts";
import type { DataKeyUnwrapper } from "../envelope/keyring.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { isWaxsealError, WaxsealError } from "../errors.ts";
import { findEndpoint, type Slot } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import type { Actor, Change } from "./change.ts";
import { encryptionContextOf } from "./encryption-context.ts";
import { parseSealed, type Health } from "./record.ts";
import type { ProviderKeyStore, RawRecord } from "./store.ts";

/** What a use needs; the composition root gives it. */
export interface UsePorts {
  readonly store: Pick<ProviderKeyStore, "claim" | "listStatus" | "noteHealth" | "noteOpenFailed">;
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
  readonly slot: Slot["slot"];
  readonly useId: string;
  /** The registered origin that it was sealed for, and may be sent to. */
  readonly origin: string;
  /** Notes what the provider said of the provider key. Best effort: never throws. */
  readonly noteHealth: (status: Health["status"]) => Promise<void>;
}

/**
 * Claims, decrypts, opens. Claim first: without a recorded claim nothing is decrypted, so every
 * decryption KMS records can be matched with a use that we recorded.
 *
 * @param onlyIfFirst - not if its owner gave it a place in an order: see `usesInOrder`.
 * @throws {WaxsealError} `PROVIDER_KEY_NOT_FOUND`, `PROVIDER_KEY_DISABLED`, `PROVIDER_KEY_EXPIRED`: not
 *   claimed, nothing decrypted. `STORE_UNAVAILABLE`: could not be claimed. `DECRYPT_FAILED`,
 *   `SUITE_REFUSED`, `KMS_UNAVAILABLE`, `ENCRYPTION_KEY_UNAVAILABLE`: claimed, not opened.
 */
export async function useProviderKey(
  ports: UsePorts,
  who: Actor,
  { slot, provider }: Slot,
  onlyIfFirst = false,
): Promise<ProviderKeyUse> {
  const address = { ownerId: who.ownerId, slot };
  const useId = ports.newId();
  const claim = change(ports, who, "use", useId);
  const { applied, record } = await ports.store.claim(address, claim, onlyIfFirst);
  if (!applied) throw new WaxsealError(whyNotClaimed(record, claim.at));

  const sealed = parseSealed(record);
  const endpoint = sealed && findEndpoint(provider, sealed.endpointId);
  try {
    if (!endpoint) throw new WaxsealError("DECRYPT_FAILED");
    const { endpointId, origin } = endpoint;
    const encryptionContext = encryptionContextOf(ports.stage, who.ownerId, slot);
    const purpose = { encryptionContext, endpointId };
    const providerKey = await open(sealed, purpose, ports.readSuites, ports.unwrapperFor(useId));
    return { providerKey, slot, useId, origin, noteHealth };
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

function whyNotClaimed(record: RawRecord | undefined, now: string) {
  if (record?.["state"] === "disabled") return "PROVIDER_KEY_DISABLED";
  const { expiresAt } = record ?? {};
  const isExpired = record?.["state"] === "active" && typeof expiresAt === "string" && expiresAt <= now;
  return isExpired ? "PROVIDER_KEY_EXPIRED" : "PROVIDER_KEY_NOT_FOUND";
}

/** These notes are extras to a use that already has its answer; the store's own metrics show failures. */
function ignore(): void {}
