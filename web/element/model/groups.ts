import type { ProviderDescription, ProviderKeyStatus } from "../../client/index.ts";

/** A provider with what is stored for it, in the order of use. */
export interface Group {
  readonly provider: ProviderDescription;
  /** Whether it is offered: what is stored for one that is not can be removed alone. */
  readonly isOffered: boolean;
  readonly stored: readonly ProviderKeyStatus[];
}

/**
 * The rows of the page.
 *
 * @param wanted - ids: only those, in that order; all where there are none.
 * @param open - the id of the one whose panel is open: it may be about the last that was stored.
 */
export function groupsOf(
  providers: readonly ProviderDescription[],
  stored: readonly ProviderKeyStatus[],
  wanted: readonly string[],
  open?: string,
): Group[] {
  const offered = new Map(providers.map((provider) => [provider.id, provider]));
  const all = new Set([...offered.keys(), ...stored.map(({ provider }) => provider)]);
  if (open !== undefined) all.add(open);
  const shown = wanted.length > 0 ? wanted.filter((id) => all.has(id)) : [...all];
  return shown.map((id) => ({
    provider: offered.get(id) ?? unknownProvider(id),
    isOffered: offered.has(id),
    stored: inOrder(stored.filter(({ provider }) => provider === id)),
  }));
}

/** As the proxy goes through them: by place; without one `default` first and the others last, by name. */
export function inOrder(stored: readonly ProviderKeyStatus[]): ProviderKeyStatus[] {
  return stored.toSorted((a, b) => Math.sign(placeOf(a) - placeOf(b)) || (a.name < b.name ? -1 : 1));
}

function placeOf(one: ProviderKeyStatus): number {
  if (one.state === "unreadable") return Infinity;
  return one.order ?? (one.name === "default" ? 0 : 1001);
}

function unknownProvider(id: string): ProviderDescription {
  return {
    id,
    displayName: id,
    formatInWords: "",
    documentationUrl: "",
    revokeUrl: "",
    revokeSteps: [],
  };
}
