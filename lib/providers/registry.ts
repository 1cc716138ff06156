import type { Provider } from "./provider.ts";
import { anthropic } from "./registry/anthropic.ts";
import { google } from "./registry/google.ts";
import { openai } from "./registry/openai.ts";

/** The providers that Waxseal knows, in the order in which they are listed. */
export const registry: readonly Provider[] = [openai, anthropic, google];

/** What an operator's own provider may be `like`, beside the registered ones: in no list by itself. */
export const templates: readonly Provider[] = [];
