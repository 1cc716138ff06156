import type { ProviderDescription } from "../../client/index.ts";

/** More than any provider's; the API takes no longer text. */
const MAX_LENGTH = 1024;

export type Verdict =
  | { readonly is: "empty" | "fits" | "unfamiliar" | "too_long" }
  | { readonly is: "others"; readonly looksLike: ProviderDescription };

/** What a cleaned text looks like. The API decides; this warns before it is asked. */
export function judge(
  text: string,
  provider: ProviderDescription,
  all: readonly ProviderDescription[],
): Verdict {
  if (text === "") return { is: "empty" };
  if (text.length > MAX_LENGTH) return { is: "too_long" };
  const looksLike = ownerOf(text, provider, all);
  if (looksLike) return { is: "others", looksLike };
  const { keyPattern } = provider;
  return { is: keyPattern === undefined || matches(keyPattern, text) ? "fits" : "unfamiliar" };
}

/** Whether a label is a provider key that went into the wrong field: labels are kept and shown as they are. */
export function isPastedKey(label: string, all: readonly ProviderDescription[]): boolean {
  const word = label.trim();
  return all.some(({ distinctivePrefix }) => word.length > 15 && matches(distinctivePrefix, word));
}

/** Several may share a beginning (an operator's own provider that is like another): their own goes first. */
function ownerOf(
  text: string,
  provider: ProviderDescription,
  all: readonly ProviderDescription[],
): ProviderDescription | undefined {
  if (matches(provider.distinctivePrefix, text)) return undefined;
  return all.find(({ distinctivePrefix }) => matches(distinctivePrefix, text));
}

/** A source that this browser cannot compile matches nothing. */
function matches(source: string | undefined, text: string): boolean {
  if (source === undefined) return false;
  try {
    return new RegExp(source).test(text);
  } catch {
    return false;
  }
}
