import type { Actor } from "./change.ts";
import { removeRecord, type RemovePorts } from "./remove.ts";
import type { ProviderKeyStore, RawRecord } from "./store.ts";

/** What it needs; the composition root gives it. */
export interface DeleteOwnerPorts extends Omit<RemovePorts, "takeLimit" | "store"> {
  readonly store: Pick<ProviderKeyStore, "listStatus" | "remove">;
}

const AT_ONCE = 10;

/**
 * Removes all provider keys of an owner whose account is closed: whatever is sealed, of records that do not parse
 * too. A save at the same moment may come after it, so the account's sign-in has to be closed first. It may be run
 * again at any time; after a failure it has to be.
 *
 * @returns how many were removed.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`: some may be removed already.
 */
export async function deleteOwner(ports: DeleteOwnerPorts, who: Actor): Promise<number> {
  const slots = (await ports.store.listStatus({ ownerId: who.ownerId })).map(slotIn);
  let removed = 0;
  for (let from = 0; from < slots.length; from += AT_ONCE) {
    const some = slots.slice(from, from + AT_ONCE).map((slot) => removeRecord(ports, who, slot));
    removed += (await Promise.all(some)).filter(Boolean).length;
  }
  return removed;
}

/** The sort key, which every item has. */
function slotIn(record: RawRecord): string {
  return String(record["slot"]);
}
