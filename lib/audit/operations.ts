import { resealAttributes, rewrapAttributes, saveAttributes, sealedAttributes } from "../attributes.ts";
import type { Change } from "../provider-keys/change.ts";
import type { ClaimType, RecordEvent } from "./event.ts";
import type { Image } from "./image.ts";

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
  /** Whether it may be of a record that was removed. */
  readonly ofRemoved?: true;
  /** The states that it leaves a record in; where it is absent, the one it was in. */
  readonly leaves?: readonly string[];
}

const identity: readonly string[] = ["ownerId", "slot", "recordId"];
const everything = saveAttributes.filter((name) => !identity.includes(name));
const setByOwner = ["label", "order", "expiresAt"];
const claim = (type: ClaimType): Operation => ({ type, changes: [] });

export const operations: Readonly<Record<OperationName, Operation>> = {
  save: {
    type: "key_saved",
    changes: everything,
    makes: true,
    seals: true,
    ofRemoved: true,
    leaves: ["active"],
  },
  import: { type: "key_imported", changes: everything, makes: true, seals: true, leaves: ["active"] },
  // Another life of what was sealed before: a record of its own, from 1 on.
  restore: {
    ...{ type: "key_restored", changes: [...everything, "recordId"], makes: true },
    leaves: ["active", "disabled"],
  },
  // What is granted for its conditions alone it does not change.
  reseal: { type: "key_resealed", changes: resealAttributes.filter((name) => name !== "state"), seals: true },
  rewrap: { type: "key_rewrapped", changes: rewrapAttributes.filter((name) => name !== "sealId") },
  update: { type: "key_updated", changes: setByOwner },
  disable: { type: "key_disabled", changes: [...setByOwner, "state"], leaves: ["disabled"] },
  enable: { type: "key_enabled", changes: [...setByOwner, "state"], leaves: ["active"] },
  remove: {
    ...{ type: "key_removed", changes: [...sealedAttributes, "state", "purgeAt"] },
    ...{ ofRemoved: true, leaves: ["removed"] },
  },
  use: { type: "key_used", changes: ["useCount", "lastUsedAt", "lastUsedBy"] },
  // What it notes may have been removed since.
  open_failed: { type: "key_open_failed", changes: [], ofRemoved: true },
  health: { type: "key_health_changed", changes: ["health"] },
  reseal_claim: claim("key_reseal_claimed"),
  import_verify: claim("key_import_verified"),
  export: claim("key_exported"),
};

/** The states of a record before and after. */
export interface States {
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Whether an operation did what it does and no more.
 *
 * @param changed - the names of what is not the same in both.
 */
export function isWithin(
  name: OperationName,
  changed: readonly string[],
  before: Image | undefined,
  after: Image,
  states: States,
): boolean {
  const { changes, makes, seals, ofRemoved } = operations[name];
  if (states.before === "removed" && !ofRemoved) return false;
  if (!isLeftWell(operations[name], after, states.after)) return false;
  // Nothing of what was there before is left by a restore either.
  if (before === undefined || name === "restore") return makes === true && isRecord(after);
  const allowed = ["changeSeq", "lastChange", "recordId", ...changes];
  return changed.every((one) => allowed.includes(one)) && (!seals || changed.includes("sealId"));
}

/**
 * Of a tombstone nothing sealed is left, and it alone has a time at which TTL may delete it; what is sealed anew is there
 * whole.
 */
function isLeftWell({ makes, seals, leaves }: Operation, after: Image, state: unknown): boolean {
  const sealed = sealedAttributes.filter((one) => Object.hasOwn(after, one)).length;
  if ((makes || seals) && sealed < sealedAttributes.length) return false;
  if (!leaves) return true;
  if (typeof state !== "string" || !leaves.includes(state)) return false;
  if (state === "removed") return sealed === 0 && Object.hasOwn(after, "purgeAt");
  return !Object.hasOwn(after, "purgeAt") || makes === undefined;
}

function isRecord(after: Image): boolean {
  return Object.keys(after).every((name) => (saveAttributes as readonly string[]).includes(name));
}
