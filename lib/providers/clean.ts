import { WaxsealError, type ErrorCode } from "../errors.ts";
import { Secret } from "../secret.ts";
import { providers, type Provider } from "./registry.ts";

/** Longer than any provider's key by far; checked before any pattern runs. */
const MAX_PASTED_LENGTH = 1024;

/** White space, control and format characters (zero width, direction marks, BOM, soft hyphen). */
const INVISIBLE = /[\s\p{Cc}\p{Cf}]+/gu;
const QUOTES = /^["'`“”‘’«»]+|["'`“”‘’«»]+$/gu;
const PASTED_SCHEME = /^(authorization:?)?bearer(?=sk-|AIza|AQ\.)/i;

/**
 * What a person pasted, as the provider key it holds: without invisible characters, quotes around it,
 * or a copied `Bearer `.
 *
 * @throws {WaxsealError} `OTHER_PROVIDERS_KEY`, or `INVALID_PROVIDER_KEY_FORMAT`.
 */
export function cleanProviderKey(pasted: Secret, provider: Provider): Secret {
  const invalid = (code: ErrorCode) => new WaxsealError(code, { provider: provider.id });
  const text = pasted.exposeSecret();
  if (text.length > MAX_PASTED_LENGTH) throw invalid("INVALID_PROVIDER_KEY_FORMAT");
  const cleaned = text
    .replace(INVISIBLE, "")
    .replace(QUOTES, "")
    .replace(PASTED_SCHEME, "")
    .replace(QUOTES, "");
  if (!provider.format.test(cleaned)) {
    const isOthers = providers.some((other) => other.format.test(cleaned));
    throw invalid(isOthers ? "OTHER_PROVIDERS_KEY" : "INVALID_PROVIDER_KEY_FORMAT");
  }
  return new Secret(cleaned);
}
