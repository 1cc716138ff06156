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
 * @throws {WaxsealError} `INVALID_REQUEST` for a name that is not `[a-z0-9-]{1,32}`, or `verify`.
 */
export function slotOf(provider: Provider, name = DEFAULT_NAME): Slot {
  if (!SLOT_NAME.test(name) || name === RESERVED_NAME) throw new WaxsealError("INVALID_REQUEST");
  return { provider, name, slot: `${provider.id}/${name}` };
}
