import { WaxsealError } from "../errors.ts";
import type { Endpoint, Provider } from "./provider.ts";

/** @throws {WaxsealError} `UNKNOWN_PROVIDER`. */
export function findProvider(providers: readonly Provider[], id: string): Provider {
  const provider = providers.find((candidate) => candidate.id === id);
  if (!provider) throw new WaxsealError("UNKNOWN_PROVIDER");
  return provider;
}

/** The endpoint that a provider's keys are sealed for today. @throws {WaxsealError} `UNKNOWN_PROVIDER`. */
export function currentEndpoint(provider: Provider): Endpoint {
  const [current] = provider.endpoints;
  if (!current) throw new WaxsealError("UNKNOWN_PROVIDER");
  return current;
}

/**
 * The registered endpoint that a record says it was sealed for: the record chooses among ours, and
 * opens only for the one it was sealed for.
 */
export function findEndpoint(provider: Provider, endpointId: string): Endpoint | undefined {
  return provider.endpoints.find((endpoint) => endpoint.endpointId === endpointId);
}

export const DEFAULT_NAME = "default";
const SLOT_NAME = /^[a-z0-9-]{1,32}$/;
const PROVIDER_ID = /^[a-z0-9-]{1,32}$/;
/** Stands in the routes where a name may. */
const RESERVED_NAME = "verify";

/** A provider key's place within its owner's: `<provider>/<name>`. */
export interface Slot {
  readonly provider: Provider;
  readonly name: string;
  /** The sort key. */
  readonly slot: `${string}/${string}`;
}

/**
 * @param name - `default` where nothing is said.
 * @throws {WaxsealError} `INVALID_REQUEST` for a name that is not `[a-z0-9-]{1,32}`.
 */
export function slotOf(provider: Provider, name = DEFAULT_NAME): Slot {
  if (!SLOT_NAME.test(name)) throw new WaxsealError("INVALID_REQUEST");
  return { provider, name, slot: `${provider.id}/${name}` };
}

/** Whether something new may be saved under this name. */
export function isFreeName(name: string): boolean {
  return name !== RESERVED_NAME;
}

/**
 * The slot of a provider that need not be registered any more: what was saved for one can be removed.
 *
 * @throws {WaxsealError} `UNKNOWN_PROVIDER` for an id, `INVALID_REQUEST` for a name that is none.
 */
export function slotToRemove(providerId: string, name = DEFAULT_NAME): Slot["slot"] {
  if (!PROVIDER_ID.test(providerId)) throw new WaxsealError("UNKNOWN_PROVIDER");
  if (!SLOT_NAME.test(name)) throw new WaxsealError("INVALID_REQUEST");
  return `${providerId}/${name}`;
}
