import { isWaxsealError } from "../errors.ts";
import { cleanProviderKey } from "../providers/clean.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { openValue } from "./open-value.ts";
import { parseValue, type ValueForm } from "./value.ts";

/** How an application's values are opened. */
export interface LegacyCipher extends ValueForm {
  /** 32 bytes, zeroed by whoever made it. */
  readonly cipherKey: Uint8Array;
}

/** What a value of a column is. */
export type Verdict =
  | { readonly outcome: "providerKey"; readonly providerKey: Secret }
  /** `malformed`: not of the form. `wrongKey`: does not open to a text with this cipher key. */
  | { readonly outcome: "empty" | "malformed" | "wrongKey" }
  /** It opens, to a text that is none of this provider's keys. */
  | { readonly outcome: "notAKey"; readonly looksLike?: string };

/** Judges by the form, then by what it opens to, then by the provider's format: nothing of the value is told. */
export function judge(value: unknown, cipher: LegacyCipher, provider: Provider): Verdict {
  if (value === undefined || value === null || value === "") return { outcome: "empty" };
  const bytes = parseValue(value, cipher);
  if (!bytes) return { outcome: "malformed" };
  const opened = openValue(bytes, cipher.cipherKey);
  if (opened === "wrongKey") return { outcome: "wrongKey" };
  if (opened === "notText") return { outcome: "notAKey" };
  try {
    return { outcome: "providerKey", providerKey: cleanProviderKey(opened, provider).providerKey };
  } catch (error) {
    const looksLike = isWaxsealError(error) ? error.looksLike : undefined;
    return { outcome: "notAKey", ...(looksLike !== undefined && { looksLike }) };
  }
}
