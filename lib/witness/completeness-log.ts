import type { Line } from "./completeness-count.ts";
import { claimsIn } from "../audit/erased-claims.ts";
import { objectOf, textOf, type JsonObject } from "./json.ts";
import type { Partitions } from "./partitions.ts";
import { RoleHistory } from "./role-history.ts";
import type { RoleUse } from "./rules.ts";
import { witnessEventOf } from "./witness-event.ts";

/** What the audit log says, beside the events that explain calls. */
export interface LogRead {
  /** When the first event was; ISO 8601. */
  first: string | undefined;
  /** Events before it have expired; ISO 8601. */
  expiredThrough: string;
  /** Of claims that were erased on their owners' request; `claimDigest`. */
  readonly erasedClaims: Set<string>;
  readonly roles: RoleHistory;
}

/** Goes through the items of the audit log once; what explains calls is put into the partitions. */
export async function readLog(
  events: AsyncIterable<JsonObject>,
  partitions: Partitions,
  roles: Readonly<Record<RoleUse, readonly string[]>>,
): Promise<LogRead> {
  const log: LogRead = {
    first: undefined,
    expiredThrough: "",
    erasedClaims: new Set(),
    roles: new RoleHistory(roles),
  };
  for await (const event of events) {
    const at = textOf(event["at"]);
    if (at !== undefined && (log.first === undefined || at < log.first)) log.first = at;
    hear(log, event, at ?? "");
    const witnessId = textOf(event["witnessId"]);
    if (witnessId === undefined) continue;
    const line = lineOf(event);
    if (line) partitions.add(witnessId, line);
  }
  return log;
}

function hear(log: LogRead, event: JsonObject, at: string): void {
  const details = objectOf(event["details"]);
  switch (event["type"]) {
    case "events_expired": {
      const through = textOf(details["through"]) ?? "";
      if (through > log.expiredThrough) log.expiredThrough = through;
      return;
    }
    case "events_erased":
      // By a name that who erases alone may enter.
      if (textOf(event["recordId"])?.startsWith("intake-erased-"))
        for (const claim of claimsIn(details)) log.erasedClaims.add(claim);
      return;
    case "control_plane_changed":
      log.roles.hear(at, details);
  }
}

function lineOf(event: JsonObject): Line | undefined {
  const witness = witnessEventOf([event]);
  if (!witness) return undefined;
  const { type, at, ownerId, slot, caller } = witness;
  const useId = textOf(event["useId"]);
  return { event: { type, at, ownerId, slot, caller, ...(useId !== undefined && { useId }) } };
}
