import { ownerIdOf } from "../../lib/owner.ts";
import { ada, grace } from "./view.ts";

export interface Owner {
  readonly person: string;
  readonly ownerId: string;
}

/** @param issuer - of the tokens that the local system makes. */
export function ownersOf(issuer: string): readonly Owner[] {
  return [ada, grace].map(({ id }) => ({ person: id, ownerId: ownerIdOf(issuer, id) }));
}
