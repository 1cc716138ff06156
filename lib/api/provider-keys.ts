/** `/v1/provider-keys`: what is asked and answered. The handlers parse with these, `waxseal/client` has their types. */
import * as z from "zod/mini";
import { expiry, label, name, place, provider, time } from "./fields.ts";

export const health = z
  .strictObject({ status: z.enum(["unknown", "valid", "rejected", "unreachable"]), checkedAt: time })
  .check(z.meta({ description: "What the last save, test or use showed of it" }));

const storedProviderKey = z
  .strictObject({
    provider,
    name,
    state: z.enum(["active", "disabled", "expired"]),
    label: z.optional(label),
    order: z.optional(place),
    savedAt: time,
    expiresAt: z.optional(time),
    health,
    lastUsedAt: z.optional(time),
    lastUsedBy: z.optional(
      z.string().check(z.meta({ description: "The function or back end that used it" })),
    ),
    useCount: z.int().check(z.nonnegative()),
  })
  .register(z.globalRegistry, {
    id: "StoredProviderKey",
    description: "One stored provider key: all of it but the provider key",
  });

/** A record that could not be read; the others are not hidden by it. */
const unreadableProviderKey = z
  .strictObject({ provider, name, state: z.literal("unreadable") })
  .register(z.globalRegistry, {
    id: "UnreadableProviderKey",
    description: "A record that could not be read",
  });

export const providerKeyStatus = z.union([storedProviderKey, unreadableProviderKey]);

export const listAnswer = z.strictObject({ providerKeys: z.array(providerKeyStatus) });

/** A save replaces what the slot had, label, order and expiry included. */
export const saveRequest = z
  .strictObject({
    apiKey: z.string().check(
      z.minLength(1),
      z.meta({
        description: "As a person pasted it: blanks, quotes and a copied `Bearer ` are taken off",
        examples: ["the API key as it was pasted"],
      }),
    ),
    label: z.optional(label),
    order: z.optional(place),
    expiresAt: z.optional(expiry),
    verify: z.optional(
      z.boolean().check(z.meta({ description: "`false` leaves out the question to the provider" })),
    ),
  })
  .register(z.globalRegistry, {
    id: "SaveRequest",
    description: "Replaces what was there, label, order and expiry included",
  });

export const saveWarning = z.strictObject({
  code: z.enum(["UNFAMILIAR_FORMAT", "VERIFICATION_INCONCLUSIVE"]),
  title: z.string(),
});

export const saveAnswer = z
  .strictObject({
    provider,
    name,
    state: z.literal("active"),
    savedAt: time,
    verification: z.enum(["valid", "could_not_tell", "not_asked"]).check(
      z.meta({
        description:
          "What the provider said of it; one that it refuses is not stored: `PROVIDER_KEY_REJECTED`",
      }),
    ),
    warnings: z.optional(z.array(saveWarning)),
  })
  .register(z.globalRegistry, { id: "SaveAnswer" });

const changes = {
  state: z.optional(z.enum(["active", "disabled"])),
  label: z.optional(z.nullable(label)),
  order: z.optional(z.nullable(place)),
  expiresAt: z.optional(z.nullable(expiry)),
};

/** What is absent stays as it is, `null` takes away. */
export const updateRequest = z.strictObject(changes).check(
  z.refine((given) => Object.keys(given).length > 0),
  z.meta({
    id: "UpdateRequest",
    description: "At least one of them: what is absent stays as it is, `null` takes away",
  }),
);

export const updateAnswer = z
  .strictObject({ provider, name, ...changes, expiresAt: z.optional(z.nullable(time)) })
  .register(z.globalRegistry, { id: "UpdateAnswer" });

export const verifyAnswer = z
  .strictObject({
    provider,
    name,
    result: z
      .enum(["valid", "rejected", "unknown"])
      .check(z.meta({ description: "`unknown`: the provider could not be asked, or did not say" })),
  })
  .register(z.globalRegistry, { id: "VerifyAnswer" });
