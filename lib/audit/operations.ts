import { resealAttributes, rewrapAttributes, saveAttributes, sealedAttributes } from "../attributes.ts";
import type { Change } from "../provider-keys/change.ts";
import type { ClaimType, RecordEvent } from "./event.ts";

type OperationName = Change["operation"];

/** What an operation becomes in the audit, and what of a record it changes. */
interface Operation {
  readonly type: Exclude<RecordEvent["type"], "key_purged" | "changed_out_of_band">;
  /** Beside `changeSeq` and `lastChange`, which every write changes. */
  readonly changes: readonly string[];
  /** Whether it may make a record: then its number is 1. */
  readonly makes?: true;
  /** Whether it seals anew. */
  readonly seals?: true;
}

const identity: readonly string[] = ["ownerId", "slot", "recordId"];
const everything = saveAttributes.filter((name) => !identity.includes(name));
const setByOwner = ["state", "label", "order", "expiresAt"];
const claim = (type: ClaimType): Operation => ({ type, changes: [] });

export const operations: Readonly<Record<OperationName, Operation>> = {
  save: { type: "key_saved", changes: everything, makes: true, seals: true },
  import: { type: "key_imported", changes: everything, makes: true, seals: true },
  // Another life of what was sealed before: a record of its own, from 1 on.
  restore: { type: "key_restored", changes: [...everything, "recordId"], makes: true },
  reseal: { type: "key_resealed", changes: resealAttributes, seals: true },
  rewrap: { type: "key_rewrapped", changes: rewrapAttributes.filter((name) => name !== "sealId") },
  update: { type: "key_updated", changes: setByOwner },
  disable: { type: "key_disabled", changes: setByOwner },
  enable: { type: "key_enabled", changes: setByOwner },
  remove: { type: "key_removed", changes: [...sealedAttributes, "state", "purgeAt"] },
  use: { type: "key_used", changes: ["useCount", "lastUsedAt", "lastUsedBy"] },
  open_failed: { type: "key_open_failed", changes: [] },
  health: { type: "key_health_changed", changes: ["health"] },
  reseal_claim: claim("key_reseal_claimed"),
  import_verify: claim("key_import_verified"),
  export: claim("key_exported"),
};
