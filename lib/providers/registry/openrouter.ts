import type { Provider } from "../provider.ts";
import { below } from "./below.ts";

export const openrouter: Provider = {
  id: "openrouter",
  displayName: "OpenRouter",
  formatInWords: "starts with sk-or-v1-, then 64 digits and letters from a to f",
  knownFormats: [/^sk-or-v1-[0-9a-f]{64}$/],
  plausibleFormat: /^sk-or-[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^sk-or-/,
  leakPattern: /sk-or-[A-Za-z0-9_-]{16,}/,
  endpoints: [{ endpointId: "openrouter-1", origin: "https://openrouter.ai" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  // Model ids are `author/slug`, hence two segments. Never `/keys`, `/auth/keys` or `/byok`, which make keys.
  allowedCalls: below("/api/v1", [
    "POST /chat/completions",
    "POST /completions",
    "POST /responses",
    "POST /messages",
    "POST /embeddings",
    "POST /rerank",
    "POST /images",
    "POST /audio/speech",
    "POST /audio/transcriptions",
    "GET /models",
    "GET /models/count",
    "GET /models/user",
    "GET /models/{id}/{model}/endpoints",
    "GET /model/{id}/{model}",
    "GET /embeddings/models",
    "GET /images/models",
    "GET /generation",
  ]),
  queryParameters: [
    ...["category", "id", "input_modalities", "limit", "offset", "output_modalities"],
    ...["q", "sort", "supported_parameters"],
  ],
  requestHeaders: [
    ...["http-referer", "x-title", "x-openrouter-title", "x-openrouter-categories"],
    ...["anthropic-version", "anthropic-beta"],
  ],
  // `/models` answers without a key; `/key` describes the key that asks, part of it included, so the proxy
  // passes it on for nobody.
  verifyCall: "GET /api/v1/key",
  // A key's own spending limit is a 403, an empty balance a 402: openrouter.ai/docs, "Limits"; RooCodeInc/Roo-Code issue 515.
  quotaSigns: [{ status: 403, words: /[Kk]ey limit exceeded/ }],
  // A prompt that moderation flags is a 403 too: openrouter.ai/docs, "Errors and Debugging".
  requestSigns: [{ status: 403, words: /moderation|flagged/ }],
  documentationUrl: "https://openrouter.ai/docs/api-reference/authentication",
  revokeUrl: "https://openrouter.ai/settings/keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose Delete from its menu, and confirm."],
  source:
    "calls and headers: OpenRouterTeam/typescript-sdk (2026-08-22), messages and completions: openrouter.ai/docs; format and verify call: trufflehog",
  checked: "2026-11-24",
};
