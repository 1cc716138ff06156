import type * as z from "zod/mini";
import type { providerKeyStatus } from "../api/provider-keys.ts";
import { registry } from "../providers/registry.ts";
import { parseStatusRecord } from "./record.ts";
import type { ProviderKeyStore, RawRecord } from "./store.ts";

/** What a list needs; the composition root gives it. */
export interface ListPorts {
  readonly store: Pick<ProviderKeyStore, "listStatus">;
  readonly now: () => Date;
}

/** One stored provider key as its owner may see it: all of it but the provider key. */
export type ProviderKeyStatus = Readonly<z.output<typeof providerKeyStatus>>;

/**
 * An owner's provider keys, by provider and name. A record that does not parse is listed as
 * `unreadable` and does not hide the others.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function listProviderKeys(ports: ListPorts, ownerId: string): Promise<ProviderKeyStatus[]> {
  const items = await ports.store.listStatus({ ownerId });
  const now = ports.now().toISOString();
  return items.flatMap((item) => (item["state"] === "removed" ? [] : [statusOf(item, now)]));
}

function statusOf(item: RawRecord, now: string): ProviderKeyStatus {
  const [provider = "", name = ""] = String(item["slot"]).split("/");
  const record = parseStatusRecord(item);
  if (!record || record.state === "removed") return { provider, name, state: "unreadable" };
  const { ownerId: _owner, slot: _slot, state, ...shown } = record;
  const expired = record.expiresAt !== undefined && record.expiresAt <= now;
  return { provider, name, state: expired ? "expired" : state, ...shown };
}

/** Whether there is a usable provider key for each provider that the legacy routes know, as they answer it. */
export function configuredByProvider(statuses: readonly ProviderKeyStatus[]): Record<string, boolean> {
  const usable = new Set(statuses.filter(({ state }) => state === "active").map(({ provider }) => provider));
  return Object.fromEntries(
    registry.flatMap(({ id, legacyField }) => (legacyField ? [[legacyField, usable.has(id)]] : [])),
  );
}
