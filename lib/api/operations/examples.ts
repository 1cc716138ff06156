/** The example answers; none of them has anything like an API key in it. */
const at = "2026-11-25T10:03:04.500Z";
const work = { provider: "openai", name: "work" };

export const saved = { ...work, state: "active", savedAt: at, verification: "valid" };
export const updated = { ...work, label: "at work", order: 1 };
export const verified = { ...work, result: "valid" };

export const listed = {
  providerKeys: [
    {
      ...work,
      state: "active",
      label: "at work",
      savedAt: at,
      health: { status: "valid", checkedAt: at },
      lastUsedAt: "2026-11-25T11:00:00.000Z",
      lastUsedBy: "waxseal-prod-provider-proxy",
      useCount: 12,
    },
  ],
};

export const providers = {
  providers: [
    {
      id: "openai",
      displayName: "OpenAI",
      formatInWords: "starts with sk-, then at least 20 letters, digits, - or _",
      documentationUrl: "https://platform.openai.com/docs/api-reference/authentication",
      revokeUrl: "https://platform.openai.com/api-keys",
      revokeSteps: ["Find the key in the list by its name.", "Choose the bin at its end, and confirm."],
      keyPattern: "^sk-[A-Za-z0-9_-]{20,400}$",
      distinctivePrefix: "^sk-proj-",
    },
  ],
};

export const activity = {
  events: [
    {
      ...{ type: "key_used", ...work, at: "2026-11-25T11:00:00.000Z" },
      actor: "an opaque id of 43 characters",
      caller: "waxseal-prod-provider-proxy",
      useId: "22 random characters",
    },
  ],
  cursor: null,
};
