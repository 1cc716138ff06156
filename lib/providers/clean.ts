import { WaxsealError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { Provider } from "./provider.ts";
import { registry } from "./registry.ts";

/** Longer than any provider's key by far; checked before any pattern runs. */
const MAX_PASTED_LENGTH = 1024;

/** White space, control and format characters (zero width, direction marks, BOM, soft hyphen). */
const INVISIBLE = /[\s\p{Cc}\p{Cf}]+/gu;
const QUOTES = /^["'`“”‘’«»]+|["'`“”‘’«»]+$/gu;
/** What comes along when a header or an environment variable is copied whole. */
const PASTED_NAME = /^(export )?[A-Za-z0-9_-]{0,64}(authorization|api[-_]?key|token) ?[:=] ?/i;
const PASTED_SCHEME = /^["'`]?bearer /i;

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
  const owner = registry.find(({ id, distinctivePrefix }) => {
    return id !== provider.id && distinctivePrefix?.test(cleaned);
  });
  if (owner) {
    throw new WaxsealError("OTHER_PROVIDERS_KEY", { provider: provider.id, looksLike: owner.id });
  }
  const hasKnownFormat = provider.knownFormats.some((format) => format.test(cleaned));
  if (!hasKnownFormat && !provider.plausibleFormat.test(cleaned)) {
    throw new WaxsealError("INVALID_PROVIDER_KEY_FORMAT", { provider: provider.id });
  }
  return { providerKey: new Secret(cleaned), hasKnownFormat };
}

function cleanText(text: string): string {
  return text
    .replace(INVISIBLE, " ")
    .trim()
    .replace(QUOTES, "")
    .replace(PASTED_NAME, "")
    .replace(PASTED_SCHEME, "")
    .replaceAll(" ", "")
    .replace(QUOTES, "");
}
