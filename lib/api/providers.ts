/** `GET /v1/providers`: what can be stored, as a settings page needs it. */
import * as z from "zod/mini";
import { provider } from "./fields.ts";

const described = (description: string, example?: string) =>
  z.string().check(z.meta({ description, ...(example !== undefined && { examples: [example] }) }));

export const providerDescription = z
  .strictObject({
    id: provider,
    displayName: described("For a person", "OpenAI"),
    formatInWords: described("For a person; the part after “It”", "starts with sk-, then letters and digits"),
    documentationUrl: z.url(),
    revokeUrl: z.url().check(z.meta({ description: "The provider's own page of keys" })),
    revokeSteps: z.array(
      described("What a person does at `revokeUrl`", "Choose the bin at its end, and confirm."),
    ),
    keyPattern: z.optional(
      described(
        "The source of a JavaScript regular expression that a known form of this provider's API keys matches whole. Others may be stored, with a warning",
        "^sk-[A-Za-z0-9_-]{20,400}$",
      ),
    ),
    distinctivePrefix: z.optional(
      described(
        "The source of one that matches the beginning of an API key that is plainly this provider's and no other's",
        "^sk-proj-",
      ),
    ),
  })
  .register(z.globalRegistry, { id: "ProviderDescription" });

export const providersAnswer = z.strictObject({ providers: z.array(providerDescription) });
