import { WaxsealError } from "../errors.ts";
import type { ProviderId } from "./provider-id.ts";
import { providers, type Endpoint, type Provider } from "./registry.ts";

/** @throws {WaxsealError} `UNKNOWN_PROVIDER`. */
export function findProvider(id: string): Provider {
  const provider = providers.find((candidate) => candidate.id === id);
  if (!provider) throw new WaxsealError("UNKNOWN_PROVIDER");
  return provider;
}

/** The endpoint that a provider's keys are sealed for and sent to today. */
export function currentEndpoint(provider: Provider): Endpoint {
  return provider.endpoints[0];
}

const SLOT_NAME = /^[a-z0-9-]{1,32}$/;

/** A provider key's place within its owner's: `<provider>/<name>`. */
export interface Slot {
  readonly provider: Provider;
  readonly name: string;
  /** The sort key. */
  readonly slot: `${ProviderId}/${string}`;
}

/**
 * @param name - `default` where nothing is said.
 * @throws {WaxsealError} `UNKNOWN_PROVIDER`; `INVALID_REQUEST` for a name that is not `[a-z0-9-]{1,32}`.
 */
export function slotOf(providerId: string, name = "default"): Slot {
  const provider = findProvider(providerId);
  if (!SLOT_NAME.test(name)) throw new WaxsealError("INVALID_REQUEST");
  return { provider, name, slot: `${provider.id}/${name}` };
}
