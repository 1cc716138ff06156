import { WaxsealError } from "../errors.ts";
import type { TakeLimit } from "../limits/take-limit.ts";
import type { Slot } from "../providers/find.ts";
import type { Actor, Change } from "./change.ts";
import type { ProviderKeyStore, StatusChanges } from "./store.ts";

/** What an update needs; the composition root gives it. */
export interface UpdatePorts {
  readonly store: Pick<ProviderKeyStore, "update">;
  readonly takeLimit: TakeLimit;
  readonly now: () => Date;
}

/**
 * Disables, enables, labels, orders, or sets when it expires: what its owner decides about a stored provider
 * key without having it at hand. It holds from the next claim on.
 *
 * @throws {WaxsealError} `PROVIDER_KEY_NOT_FOUND`; `INVALID_REQUEST` for a time that has passed; `RATE_LIMITED`,
 *   `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function updateProviderKey(
  ports: UpdatePorts,
  who: Actor,
  { slot }: Slot,
  changes: StatusChanges,
): Promise<void> {
  const { ownerId, actor, caller, requestId } = who;
  const at = ports.now().toISOString();
  if (typeof changes.expiresAt === "string" && changes.expiresAt <= at) {
    throw new WaxsealError("INVALID_REQUEST");
  }
  await ports.takeLimit("update", ownerId);
  const change: Change = { operation: operationOf(changes), actor, caller, requestId, at };
  const updated = await ports.store.update({ ownerId, slot }, changes, change);
  if (!updated) throw new WaxsealError("PROVIDER_KEY_NOT_FOUND");
}

function operationOf({ state }: StatusChanges): Change["operation"] {
  if (state === undefined) return "update";
  return state === "disabled" ? "disable" : "enable";
}
