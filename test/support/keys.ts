import { randomBytes } from "node:crypto";

/** In every provider key of the tests: who finds one in a log knows that it is none of a person's. */
export const CANARY = "CANARY";

/** Made when it is called, so that no file holds a literal key: see CONTRIBUTING, "Canary keys". */
const makers = {
  openai: () => `sk-proj-${CANARY}${random(42)}`,
  anthropic: () => `sk-ant-api03-${CANARY}${random(87)}AA`,
  google: () => `AIza${CANARY}${random(29)}`,
  mistral: () => CANARY + random(26),
  groq: () => `gsk_${CANARY}${random(46)}`,
  xai: () => `xai-${CANARY}${random(74)}`,
  // The marker is no hexadecimal: for these two a form that is accepted as a newer one.
  deepseek: () => `sk-${CANARY}${random(26)}`,
  openrouter: () => `sk-or-v1-${CANARY}${random(58)}`,
  cohere: () => CANARY + random(34),
  together: () => `tgp_v1_${CANARY}${random(37)}`,
  perplexity: () => `pplx-${CANARY}${random(42)}`,
  fireworks: () => `fw_${CANARY}${random(18)}`,
  "azure-openai": () => CANARY + random(78),
} as const;

export type CanaryProvider = keyof typeof makers;
export const canaryProviders = Object.keys(makers) as readonly CanaryProvider[];

/**
 * A new provider key that its provider's format accepts, with the marker in it, unique to the call.
 *
 * @param marked - put in as well, as `rejected`, which the stand-in provider understands.
 * @example const providerKey = canaryKey("openai");
 */
export function canaryKey(provider: CanaryProvider = "openai", marked = ""): string {
  const providerKey = makers[provider]();
  return providerKey.slice(0, providerKey.length - marked.length) + marked;
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
