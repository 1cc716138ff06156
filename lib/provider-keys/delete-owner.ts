import type { Actor } from "./change.ts";
import { removeRecord, type RemovePorts } from "./remove.ts";
import type { ProviderKeyStore, RawRecord } from "./store.ts";

/** What it needs; the composition root gives it. */
export interface DeleteOwnerPorts extends Omit<RemovePorts, "takeLimit" | "store"> {
  readonly store: Pick<ProviderKeyStore, "listStatus" | "remove">;
}

/** A save that is under way while the account is closed is found by the second look. */
const LOOKS = 3;

/**
 * Removes all provider keys of an owner whose account is closed, those that do not parse too. It may be run
 * again at any time; after a failure it has to be.
 *
 * @returns how many were removed.
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`: some may be removed already.
 */
export async function deleteOwner(ports: DeleteOwnerPorts, who: Actor): Promise<number> {
  let removed = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    const records = await ports.store.listStatus({ ownerId: who.ownerId });
    const left = records.filter(({ state }) => state !== "removed");
    if (left.length === 0) break;
    for (const record of left) if (await removeRecord(ports, who, slotIn(record))) removed += 1;
  }
  return removed;
}

/** The sort key, which every item has. */
function slotIn(record: RawRecord): string {
  return String(record["slot"]);
}
