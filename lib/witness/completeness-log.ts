import type { Line } from "./completeness-count.ts";
import { isEntered } from "../audit-attributes.ts";
import { leastRetentionDays } from "../audit-settings.ts";
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
  now: Date,
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
    if (at !== undefined && isTime(at)) hear(log, event, at, now);
    const witnessId = textOf(event["witnessId"]);
    if (witnessId === undefined) continue;
    const line = lineOf(event);
    if (line) partitions.add(witnessId, line);
  }
  return log;
}

/** By the names of entries alone: each may be entered by those only whose word it is. */
function hear(log: LogRead, event: JsonObject, at: string, now: Date): void {
  const details = objectOf(event["details"]);
  const name = event["recordId"];
  switch (event["type"]) {
    case "events_expired": {
      const through = textOf(details["through"]) ?? "";
      const isSaid = isEntered(name, "expired-") && isTime(through) && isOld(through, now);
      if (isSaid && through > log.expiredThrough) log.expiredThrough = through;
      return;
    }
    case "events_erased":
      if (isEntered(name, "erased-")) for (const claim of claimsIn(details)) log.erasedClaims.add(claim);
      return;
    case "control_plane_changed":
      if (isEntered(name, "role-")) log.roles.hear(at, details);
  }
}

/** No setting lets younger ones expire, so nobody can say of younger ones that they did. */
function isOld(through: string, now: Date): boolean {
  return Date.parse(through) + leastRetentionDays * 86_400_000 <= now.getTime();
}

/** ISO 8601 as events have it: milliseconds, UTC. */
function isTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

function lineOf(event: JsonObject): Line | undefined {
  const witness = witnessEventOf([event]);
  if (!witness) return undefined;
  const { type, at, ownerId, slot, caller } = witness;
  const useId = textOf(event["useId"]);
  return { event: { type, at, ownerId, slot, caller, ...(useId !== undefined && { useId }) } };
}
