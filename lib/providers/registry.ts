import type { Provider } from "./provider.ts";
import { anthropic } from "./registry/anthropic.ts";
import { azureOpenai } from "./registry/azure-openai.ts";
import { cohere } from "./registry/cohere.ts";
import { deepseek } from "./registry/deepseek.ts";
import { fireworks } from "./registry/fireworks.ts";
import { google } from "./registry/google.ts";
import { groq } from "./registry/groq.ts";
import { mistral } from "./registry/mistral.ts";
import { openaiCompatible } from "./registry/openai-compatible.ts";
import { openai } from "./registry/openai.ts";
import { openrouter } from "./registry/openrouter.ts";
import { perplexity } from "./registry/perplexity.ts";
import { together } from "./registry/together.ts";
import { xai } from "./registry/xai.ts";

/** The providers that Waxseal knows, in the order in which they are listed. */
export const registry: readonly Provider[] = [
  openai,
  anthropic,
  google,
  mistral,
  groq,
  xai,
  deepseek,
  openrouter,
  cohere,
  together,
  perplexity,
  fireworks,
  azureOpenai,
];

/** What an operator's own provider may be `like`, beside the registered ones: in no list by itself. */
export const templates: readonly Provider[] = [openaiCompatible];
