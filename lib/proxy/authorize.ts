import type { AuthorizationHeader } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";

/** Puts the provider key into the one header in which its provider takes it. */
export function authorize(
  headers: Headers,
  { name, scheme }: AuthorizationHeader,
  providerKey: Secret,
): void {
  const prefix = scheme ? `${scheme} ` : "";
  headers.set(name, prefix + providerKey.exposeSecret());
}
