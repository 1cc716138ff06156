import type { Provider } from "../provider.ts";
import { below } from "./below.ts";

export const perplexity: Provider = {
  id: "perplexity",
  displayName: "Perplexity",
  formatInWords: "starts with pplx-, then 48 letters and digits",
  knownFormats: [/^pplx-[A-Za-z0-9]{48}$/],
  plausibleFormat: /^pplx-[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^pplx-/,
  leakPattern: /pplx-[A-Za-z0-9_-]{16,}/,
  endpoints: [{ endpointId: "perplexity-1", origin: "https://api.perplexity.ai" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  // Sonar's chat completions ended on 2026-09-27 for most; Agent API (`/v1/agent`, also as `/v1/responses`)
  // and Router followed. Never `/generate_auth_token`, which makes keys, or `/v1/browser`.
  allowedCalls: [
    "POST /chat/completions",
    "POST /async/chat/completions",
    "GET /async/chat/completions",
    "GET /async/chat/completions/{id}",
    "POST /search",
    ...below("/v1", [
      "POST /agent",
      "POST /responses",
      "GET /responses/{id}",
      "POST /responses/{id}/cancel",
      "POST /embeddings",
      "POST /contextualizedembeddings",
      "GET /models",
    ]),
    ...below("/router/v1", ["POST /chat/completions", "POST /responses", "POST /messages", "GET /models"]),
  ],
  queryParameters: ["limit", "next_token"],
  requestHeaders: ["idempotency-key", "anthropic-version", "anthropic-beta"],
  // `/v1/models` answers without a key, `/router/v1/models` is a private preview. Should this list end with
  // Sonar, a good key's health stays unknown, and a bad one is still refused first.
  verifyCall: "GET /async/chat/completions",
  quotaSigns: [{ status: 401, words: /insufficient_quota|exceeded your current quota/ }],
  documentationUrl: "https://docs.perplexity.ai/docs/admin/api-key-management",
  revokeUrl: "https://console.perplexity.ai",
  revokeSteps: [
    "Choose API Keys of your group.",
    "Find the key in the list by its name.",
    "Choose the bin at its end, and confirm.",
  ],
  source:
    "calls: perplexityai/perplexity-node (api.md of 2026-07-30), docs.perplexity.ai (models-get, router/quickstart, openai-compatibility); format: gitleaks; that a used-up balance is a 401: remembered, no source found",
  checked: "2026-11-24",
};
