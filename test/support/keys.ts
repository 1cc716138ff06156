import { randomBytes } from "node:crypto";

/** In every provider key of the tests: who finds one in a log knows that it is none of a person's. */
export const CANARY = "CANARY";

/** Made when it is called, so that no file holds a literal key: see CONTRIBUTING, "Canary keys". */
const makers = {
  openai: () => `sk-proj-${CANARY}${random(42)}`,
  anthropic: () => `sk-ant-api03-${CANARY}${random(87)}AA`,
  google: () => `AIza${CANARY}${random(29)}`,
} as const;

/**
 * A new provider key that its provider's format accepts, with the marker in it, unique to the call.
 *
 * @example const providerKey = canaryKey("openai");
 */
export function canaryKey(provider: keyof typeof makers): string {
  return makers[provider]();
}

/** An OpenAI key of the form of before 2024: `sk-` and 48 letters and digits. */
export function legacyKey(): string {
  return `sk-${CANARY}${random(14)}T3BlbkFJ${random(20)}`;
}

/** Letters and digits: no `-` or `_`, at which some parsers stop. */
function random(length: number): string {
  let text = "";
  while (text.length < length)
    text += randomBytes(length)
      .toString("base64")
      .replaceAll(/[^A-Za-z0-9]/g, "");
  return text.slice(0, length);
}
