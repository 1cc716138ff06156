import { FIRST_PLACE, LAST_PLACE } from "../api/fields.ts";
import { DEFAULT_NAME, slotOf, type Slot } from "../providers/find.ts";
import type { Provider } from "../providers/provider.ts";
import { parseStatusRecord, type StatusRecord } from "./record.ts";
import type { ProviderKeyStore } from "./store.ts";

/**
 * The slots of an owner's usable provider keys for a provider, first to last: by the place that the owner gave
 * them. Where none is given, `default` comes before all others and any other after them, by name.
 *
 * @param now - ISO 8601, UTC.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function slotsInOrder(
  store: Pick<ProviderKeyStore, "listStatus">,
  ownerId: string,
  provider: Provider,
  now: string,
): Promise<Slot[]> {
  const records = await store.listStatus({ ownerId, providerId: provider.id });
  return records
    .flatMap((item) => parseStatusRecord(item) ?? [])
    .filter(({ state, expiresAt }) => state === "active" && (expiresAt === undefined || expiresAt > now))
    .map((record) => ({ name: nameOf(record), place: placeOf(record) }))
    .sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : 1))
    .map(({ name }) => slotOf(provider, name));
}

function nameOf({ slot }: StatusRecord): string {
  return slot.slice(slot.indexOf("/") + 1);
}

function placeOf(record: StatusRecord): number {
  return record.order ?? (nameOf(record) === DEFAULT_NAME ? FIRST_PLACE - 1 : LAST_PLACE + 1);
}
