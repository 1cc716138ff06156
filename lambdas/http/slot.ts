import { findProvider, slotOf, type Slot } from "../../lib/providers/find.ts";
import type { Provider } from "../../lib/providers/provider.ts";
import { WaxsealError } from "../../lib/errors.ts";
import type { ApiEvent } from "./event.ts";

/** The slot that `/v1/provider-keys/{provider}[/{name}]` names. */
export function slotIn(event: ApiEvent, providers: readonly Provider[]): Slot {
  const { provider = "", name } = event.pathParameters ?? {};
  return slotOf(findProvider(providers, provider), name);
}

/** The slot of a legacy route: of the three providers that it knows. */
export function legacySlot(providerId: string, providers: readonly Provider[]): Slot {
  const provider = findProvider(providers, providerId);
  if (!provider.legacyField) throw new WaxsealError("UNKNOWN_PROVIDER");
  return slotOf(provider);
}
