import { claimTypes, type ClaimType } from "../audit/event.ts";

/** What the index `byWitness` of the audit log has of an event. */
export interface WitnessEvent {
  readonly type: string;
  readonly ownerId: string;
  readonly slot: string;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  readonly caller: string;
}

export function isClaimType(type: string): type is ClaimType {
  return (claimTypes as readonly string[]).includes(type);
}

/**
 * Of several events with one witness (somebody wrote a claim's id a second time) the one to judge by: the earliest.
 *
 * @returns undefined where there is none that has what an event has.
 */
export function witnessEventOf(
  items: readonly Readonly<Record<string, unknown>>[],
): WitnessEvent | undefined {
  const events = items.filter((item): item is typeof item & WitnessEvent => isWitnessEvent(item));
  return events.toSorted((one, other) => (one.at < other.at ? -1 : 1))[0];
}

function isWitnessEvent({ type, ownerId, slot, at, caller }: Readonly<Record<string, unknown>>): boolean {
  return [type, ownerId, slot, at, caller].every((member) => typeof member === "string");
}
