import { isWaxsealError } from "../errors.ts";
import { slotOf } from "../providers/find.ts";
import type { Provider } from "../providers/provider.ts";
import type { Actor } from "./change.ts";
import { slotsInOrder } from "./slots-in-order.ts";
import { useProviderKey, type ProviderKeyUse, type UsePorts } from "./use.ts";

/** An owner may have hundreds; one request tries no more. */
const MAX_TRIES = 5;

/**
 * The uses of an owner's provider keys for a provider, first to last: each is claimed only when the one before was
 * not enough. With a name it is that one alone.
 *
 * Nearly every owner has one, `default`, which nobody gave a place: that is tried first and takes one call.
 * Only if it cannot be used, or is not enough, are the owner's others looked up.
 *
 * @throws {WaxsealError} see `useProviderKey`: where not even the first can be used.
 */
export async function* usesInOrder(
  ports: UsePorts,
  who: Actor,
  provider: Provider,
  name?: string,
): AsyncGenerator<ProviderKeyUse, void, void> {
  if (name !== undefined) {
    yield await useProviderKey(ports, who, slotOf(provider, name));
    return;
  }
  const first = slotOf(provider);
  const used = await useProviderKey(ports, who, first, true).catch(unlessUnusable);
  let usedOne = !(used instanceof Error);
  if (!(used instanceof Error)) yield used;

  const slots = await slotsInOrder(ports.store, who.ownerId, provider, ports.now().toISOString());
  const others = slots.filter(({ slot }) => !usedOne || slot !== first.slot);
  for (const slot of others.slice(0, MAX_TRIES - Number(usedOne))) {
    // One may be removed or disabled since it was listed.
    const next = await useProviderKey(ports, who, slot).catch(unlessUnusable);
    if (next instanceof Error) continue;
    usedOne = true;
    yield next;
  }
  if (!usedOne && used instanceof Error) throw used;
}

/** The error itself where it says that there is nothing to use; any other is thrown. */
function unlessUnusable(error: unknown): Error {
  const unusable = ["PROVIDER_KEY_NOT_FOUND", "PROVIDER_KEY_DISABLED", "PROVIDER_KEY_EXPIRED"];
  if (isWaxsealError(error) && unusable.includes(error.code)) return error;
  throw error;
}
