import type { Provider } from "../provider.ts";
import { below } from "./below.ts";

export const xai: Provider = {
  id: "xai",
  displayName: "xAI",
  formatInWords: "starts with xai-, then 80 letters and digits",
  knownFormats: [/^xai-[A-Za-z0-9_]{80}$/],
  plausibleFormat: /^xai-[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^xai-/,
  leakPattern: /xai-[A-Za-z0-9_-]{16,}/,
  endpoints: [{ endpointId: "xai-1", origin: "https://api.x.ai" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: below("/v1", [
    "POST /chat/completions",
    "GET /chat/deferred-completion/{id}",
    "POST /completions",
    "POST /responses",
    "GET /responses/{id}",
    "POST /messages",
    "POST /embeddings",
    "POST /images/generations",
    "POST /images/edits",
    "POST /tts",
    "GET /tts/voices",
    "POST /tokenize-text",
    "GET /models",
    "GET /models/{model}",
    "GET /language-models",
    "GET /language-models/{model}",
    "GET /image-generation-models",
    "GET /image-generation-models/{model}",
    "GET /embedding-models",
    "GET /embedding-models/{model}",
  ]),
  queryParameters: [],
  requestHeaders: ["idempotency-key", "anthropic-version", "anthropic-beta"],
  verifyCall: "GET /v1/models",
  // docs.x.ai, "Debugging errors": an incorrect key is a 400.
  rejectionSigns: [{ status: 400, words: /^Incorrect API key/ }],
  // 403 in 2026-07, 429 in 2026-02: continuedev/continue issue 10373, Anantys-oss/koan issue 2412.
  quotaSigns: [403, 429].map((status) => ({
    status,
    words: /used all available credits|monthly spending limit|run out of credits/,
  })),
  documentationUrl: "https://docs.x.ai/developers/rest-api-reference",
  revokeUrl: "https://console.x.ai",
  revokeSteps: [
    "Choose API Keys of your team.",
    "Find the key in the list by its name.",
    "Choose Delete from its menu, and confirm.",
  ],
  source:
    "calls: docs.x.ai/api-reference (completions, embeddings and messages are its legacy part), tts: code that cites docs.x.ai; format: trufflehog",
  checked: "2026-11-24",
};
