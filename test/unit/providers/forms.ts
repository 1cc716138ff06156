import fc from "fast-check";
import { CANARY } from "../../support/keys.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const HEX = "0123456789abcdef";
const ALPHANUMERIC = LOWER + LOWER.toUpperCase() + DIGITS;
const WORD = `${ALPHANUMERIC}-_`;

const of = (alphabet: string, least: number, most = least): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength: least, maxLength: most });

const after = (beginning: string, rest: fc.Arbitrary<string>, end = ""): fc.Arbitrary<string> =>
  rest.map((text) => beginning + text + end);

/** Every form that a provider is known to issue or to have issued, by provider id. Made, so that no file holds one. */
export const knownForms: Readonly<Record<string, readonly fc.Arbitrary<string>[]>> = {
  openai: [
    after("sk-", of(ALPHANUMERIC, 20, 48)),
    fc.tuple(of(ALPHANUMERIC, 20), of(ALPHANUMERIC, 20)).map(([first, last]) => `sk-${first}T3BlbkFJ${last}`),
    ...["proj", "svcacct", "admin", "None"].map((kind) => after(`sk-${kind}-`, of(WORD, 40, 180))),
  ],
  anthropic: [after("sk-ant-api03-", of(WORD, 93), "AA"), after("sk-ant-", of(WORD, 20, 100))],
  google: [after("AIza", of(WORD, 35)), after("AQ.", of(WORD, 20, 60))],
  mistral: [of(ALPHANUMERIC, 32)],
  groq: [after("gsk_", of(ALPHANUMERIC, 52))],
  xai: [after("xai-", of(ALPHANUMERIC, 80))],
  deepseek: [after("sk-", of(HEX, 32))],
  openrouter: [after("sk-or-v1-", of(HEX, 64))],
  cohere: [of(ALPHANUMERIC, 40)],
  together: [after("tgp_v1_", of(WORD, 43)), of(HEX, 64)],
  perplexity: [after("pplx-", of(ALPHANUMERIC, 48))],
  fireworks: [after("fw_", of(ALPHANUMERIC, 22, 40))],
  "azure-openai": [of(ALPHANUMERIC, 84), of(HEX, 32)],
};

/** What a provider might issue next year: the right beginning where it has one, then what no known form has. */
export const newerForms: Readonly<Record<string, fc.Arbitrary<string>>> = Object.fromEntries(
  Object.entries({
    openai: "sk-proj-",
    anthropic: "sk-ant-",
    google: "AIza",
    mistral: "",
    groq: "gsk_",
    xai: "xai-",
    deepseek: "sk-",
    openrouter: "sk-or-",
    cohere: "",
    together: "tgp_v2_",
    perplexity: "pplx-",
    fireworks: "",
    "azure-openai": "",
  }).map(([id, beginning]) => [id, after(`${beginning}v9.${CANARY}.`, of(WORD, 30, 90))]),
);
