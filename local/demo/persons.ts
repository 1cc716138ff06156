import { ownerIdOf } from "../../lib/owner.ts";
import type { Person } from "./view.ts";

/** Nobody else is shown on the page, whoever uses the local system beside it. */
export const persons: readonly Person[] = [
  { id: "ada", displayName: "Ada" },
  { id: "grace", displayName: "Grace" },
];

export interface Owner {
  readonly person: string;
  readonly ownerId: string;
}

/** @param issuer - of the tokens that the local system makes. */
export function ownersOf(issuer: string): readonly Owner[] {
  return persons.map(({ id }) => ({ person: id, ownerId: ownerIdOf(issuer, id) }));
}
