/** The three routes as front ends written for the legacy application know them. */
import * as z from "zod/mini";

const provider = z
  .string()
  .check(z.minLength(1), z.meta({ description: "`openai`, `anthropic` or `google`", examples: ["openai"] }));

/** Other fields are passed over, as they always were. */
export const legacySaveRequest = z.object({
  provider,
  apiKey: z
    .string()
    .check(
      z.minLength(1),
      z.meta({ description: "As a person pasted it", examples: ["the API key as it was pasted"] }),
    ),
});

export const legacyRemoveRequest = z.object({ provider });

export const legacySuccess = z.strictObject({ success: z.literal(true) });

export const legacyStatus = z.strictObject({
  hasOpenAI: z.boolean(),
  hasAnthropic: z.boolean(),
  hasGoogle: z.boolean(),
  hasApiKey: z.boolean().check(z.meta({ description: "Whether there is any of them" })),
});

export const legacyError = z.strictObject({ error: z.string() }).register(z.globalRegistry, {
  id: "LegacyError",
  description: "A constant text; its code is in the header `waxseal-error-code`",
});
