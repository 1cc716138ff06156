import { WaxsealError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { Provider } from "./provider.ts";
import { registry } from "./registry.ts";

/** Longer than any provider's key by far; checked before any pattern runs. */
const MAX_PASTED_LENGTH = 1024;

/** Zero width, direction marks, BOM, soft hyphen, fillers: nothing to see, so nothing is left of them. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/gu;
const BLANK = /[\s\p{Cc}]+/gu;
/** Quotes around a provider key, with what separates it from the next line of a file. */
const QUOTES_BEFORE = /^["'`“”„‘’«»]+/u;
const QUOTES_AFTER = /["'`“”„‘’«»,;]+$/u;
/** What comes along when a header, a setting or an environment variable is copied whole. */
const PASTED_NAME =
  /^(?:export |set |-H )?["'`]?(?:\$env:)?[A-Za-z0-9_-]{0,64}(?:authorization|key|token)["'`]? ?[:=] ?(?=[^= ])/i;
const PASTED_SCHEME = /^(?:bearer )+/i;

export interface CleanedProviderKey {
  readonly providerKey: Secret;
  /** False for a form that the registry does not know yet: stored, and said so. */
  readonly hasKnownFormat: boolean;
}

/**
 * What a person pasted, as the provider key it holds: without invisible characters, quotes around it, or
 * a copied `Bearer `, `Authorization:` or `OPENAI_API_KEY=`.
 *
 * @throws {WaxsealError} `OTHER_PROVIDERS_KEY`, which says whose, or `INVALID_PROVIDER_KEY_FORMAT`.
 */
export function cleanProviderKey(pasted: Secret, provider: Provider): CleanedProviderKey {
  const text = pasted.exposeSecret();
  const cleaned = text.length > MAX_PASTED_LENGTH ? "" : cleanText(text);
  const owner = otherOwnerOf(cleaned, provider);
  if (owner) {
    throw new WaxsealError("OTHER_PROVIDERS_KEY", { provider: provider.id, looksLike: owner.id });
  }
  const hasKnownFormat = provider.knownFormats.some((format) => format.test(cleaned));
  if (!hasKnownFormat && !provider.plausibleFormat.test(cleaned)) {
    throw new WaxsealError("INVALID_PROVIDER_KEY_FORMAT", { provider: provider.id });
  }
  return { providerKey: new Secret(cleaned), hasKnownFormat };
}

/** Whether a text has the provider key in it, as a label may by a slip. */
export function hasKeyIn(text: string, providerKey: Secret): boolean {
  return text.includes(providerKey.exposeSecret());
}

/** A custom provider has the prefix of the one that it is like, whose keys it takes. */
function otherOwnerOf(cleaned: string, { distinctivePrefix }: Provider): Provider | undefined {
  if (distinctivePrefix?.test(cleaned)) return undefined;
  return registry.find((other) => other.distinctivePrefix?.test(cleaned));
}

function cleanText(text: string): string {
  const line = text.replace(INVISIBLE, "").replace(BLANK, " ").trim();
  const named = unquoted(line).replace(PASTED_NAME, "");
  return unquoted(unquoted(named).replace(PASTED_SCHEME, "").replaceAll(" ", ""));
}

function unquoted(text: string): string {
  return text.replace(QUOTES_BEFORE, "").replace(QUOTES_AFTER, "");
}
