import { randomBytes } from "node:crypto";

/** Of the providers that the page's chat speaks to; made anew each time, so that nothing is in a file. */
const makers: Readonly<Record<string, (ending: string) => string>> = {
  openai: (ending) => `sk-proj-demo${random(44 - ending.length)}${ending}`,
  anthropic: (ending) => `sk-ant-api03-demo${random(80 - ending.length)}${ending}`,
  google: (ending) => `AIzaDemo${random(31 - ending.length)}${ending}`,
};

/** The stand-in provider refuses a key with this word: `local/stand-in/refusal.ts`. */
const REFUSED = "rejected";

/**
 * A provider key to try things with: the provider's format, and good at the stand-in provider alone.
 *
 * @returns undefined for a provider that there is none of.
 */
export function testKey(provider: string, isRefused: boolean): string | undefined {
  const make = Object.hasOwn(makers, provider) ? makers[provider] : undefined;
  return make?.(isRefused ? REFUSED : "");
}

/** Capitals and digits: none of the words that the stand-in looks for is in it by accident. */
function random(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  return [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
}
