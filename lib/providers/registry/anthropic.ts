import type { Provider } from "../provider.ts";

export const anthropic: Provider = {
  id: "anthropic",
  displayName: "Anthropic",
  formatInWords: "starts with sk-ant-, then at least 20 letters, digits, - or _",
  knownFormats: [/^sk-ant-[A-Za-z0-9_-]{20,400}$/],
  plausibleFormat: /^sk-ant-[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^sk-ant-/,
  leakPattern: /sk-ant-[A-Za-z0-9_-]{16,}/,
  legacyField: "hasAnthropic",
  endpoints: [{ endpointId: "anthropic-1", origin: "https://api.anthropic.com" }],
  authorization: { name: "x-api-key" },
  allowedCalls: [
    "POST /v1/messages",
    "POST /v1/messages/count_tokens",
    "GET /v1/models",
    "GET /v1/models/{model}",
  ],
  queryParameters: ["after_id", "before_id", "beta", "limit"],
  requestHeaders: ["anthropic-version", "anthropic-beta", "idempotency-key"],
  // Without it every call is a 400, which would say nothing of the key: platform.claude.com/docs/en/api/versioning.
  requiredHeaders: { "anthropic-version": "2023-06-01" },
  verifyCall: "GET /v1/models",
  // The balance is a 400 or, newer, a 402; an enforced spend limit is a 429 with its own word.
  quotaSigns: [
    {
      status: 400,
      words: /^Your credit balance is too low|^You have reached your specified API usage limits/,
    },
    { status: 429, words: /enforced_spend_limit_reached/ },
  ],
  documentationUrl: "https://docs.anthropic.com/en/api/overview",
  revokeUrl: "https://console.anthropic.com/settings/keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose Delete from its menu, and confirm."],
  source:
    "calls: platform.claude.com/docs/en/api and the npm package @anthropic-ai/sdk 1.13; formats: gitleaks and trufflehog (sk-ant-api03-, 93 characters, AA); older forms as the legacy application accepted them",
  checked: "2026-11-24",
};
