import { isWaxsealError, WaxsealError, type ErrorCode } from "../errors.ts";
import { slotOf } from "../providers/find.ts";
import type { Provider } from "../providers/provider.ts";
import type { Actor } from "./change.ts";
import { slotsInOrder } from "./slots-in-order.ts";
import { useProviderKey, type ProviderKeyUse, type UsePorts } from "./use.ts";

/** An owner may have hundreds; one request tries no more. */
const MAX_TRIES = 5;

/** Nothing to use there, or nothing that opens: a reason to look at the owner's others. */
const UNUSABLE: readonly ErrorCode[] = [
  "PROVIDER_KEY_NOT_FOUND",
  "PROVIDER_KEY_DISABLED",
  "PROVIDER_KEY_EXPIRED",
  "DECRYPT_FAILED",
  "SUITE_REFUSED",
];

/**
 * The uses of an owner's provider keys for a provider, first to last: each is claimed only when the one before was
 * not enough. With a name it is that one alone.
 *
 * Nearly every owner has one, `default`, which nobody gave a place: that is tried first and takes one call.
 * Only if it cannot be used, or is not enough, are the owner's others looked up.
 *
 * @param passedOver - told of each that did not open, where another was used instead.
 * @throws {WaxsealError} see `useProviderKey`: where none can be used, why the first cannot.
 */
export async function* usesInOrder(
  ports: UsePorts,
  who: Actor,
  provider: Provider,
  name?: string,
  passedOver: (error: WaxsealError) => void = () => undefined,
): AsyncGenerator<ProviderKeyUse, void, void> {
  if (name !== undefined) {
    yield await useProviderKey(ports, who, slotOf(provider, name));
    return;
  }
  const failures: WaxsealError[] = [];
  let hasUsed = false;
  try {
    for await (const use of claimsInOrder(ports, who, provider)) {
      if (use instanceof WaxsealError) failures.push(use);
      else {
        hasUsed = true;
        yield use;
      }
    }
    const [why] = [...failures.filter(isBroken), ...failures];
    if (!hasUsed) throw why ?? new WaxsealError("PROVIDER_KEY_NOT_FOUND");
  } finally {
    // Also when the caller had enough with one in the middle.
    if (hasUsed) failures.filter(isBroken).forEach(passedOver);
  }
}

/** Each of the owner's, claimed and opened, or why that could not be. */
async function* claimsInOrder(
  ports: UsePorts,
  who: Actor,
  provider: Provider,
): AsyncGenerator<ProviderKeyUse | WaxsealError, void, void> {
  const first = slotOf(provider);
  const used = await useProviderKey(ports, who, first, true).catch(unlessUnusable);
  yield used;
  // It is not there, or has a place in the order; else it was tried.
  const isTried = !isWaxsealError(used, "PROVIDER_KEY_NOT_FOUND");
  const slots = await slotsInOrder(ports.store, who.ownerId, provider, ports.now().toISOString());
  const others = slots.filter(({ slot }) => !isTried || slot !== first.slot);
  for (const slot of others.slice(0, MAX_TRIES - Number(isTried))) {
    // One may be removed or disabled since it was listed.
    yield await useProviderKey(ports, who, slot).catch(unlessUnusable);
  }
}

function isBroken({ code }: WaxsealError): boolean {
  return !code.startsWith("PROVIDER_KEY_");
}

/** The error itself where another provider key may do; any other is thrown. */
function unlessUnusable(error: unknown): WaxsealError {
  if (isWaxsealError(error) && UNUSABLE.includes(error.code)) return error;
  throw error;
}
