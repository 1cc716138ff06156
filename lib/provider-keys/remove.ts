import type { TakeLimit } from "../limits/take-limit.ts";
import type { Actor } from "./change.ts";
import type { ProviderKeyStore } from "./store.ts";

/** What a removal needs; the composition root gives it. */
export interface RemovePorts {
  readonly store: Pick<ProviderKeyStore, "remove">;
  readonly takeLimit: TakeLimit;
  readonly tombstoneDays: number;
  readonly now: () => Date;
}

const DAY_SECONDS = 86_400;

/**
 * Strips everything sealed from the record, at once and for good; a tombstone says who did it.
 *
 * @returns whether there was a provider key to remove.
 * @throws {WaxsealError} `RATE_LIMITED`, `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function removeProviderKey(ports: RemovePorts, who: Actor, slot: string): Promise<boolean> {
  await ports.takeLimit("remove", who.ownerId);
  return removeRecord(ports, who, slot);
}

/** The removal itself, of a record that may not even parse. */
export async function removeRecord(
  ports: Omit<RemovePorts, "takeLimit">,
  who: Actor,
  slot: string,
): Promise<boolean> {
  const { ownerId, actor, caller, requestId } = who;
  const now = ports.now();
  const purgeAt = Math.floor(now.getTime() / 1000) + ports.tombstoneDays * DAY_SECONDS;
  const at = now.toISOString();
  const change = { operation: "remove", actor, caller, requestId, at } as const;
  return ports.store.remove({ ownerId, slot }, purgeAt, change);
}
