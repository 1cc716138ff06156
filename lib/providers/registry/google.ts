import type { Provider } from "../provider.ts";
import { below } from "./below.ts";

/**
 * New keys begin with `AQ.` since 2026; `AIza` keys are being retired by the Gemini API (from September 2026)
 * and still accepted here. The OpenAI-compatible calls (`/v1beta/openai/…`) are left out: they are documented
 * for a Bearer token, and refused here and there with another header (seen for `AQ.` keys).
 */
export const google: Provider = {
  id: "google",
  displayName: "Google",
  formatInWords: "starts with AIza, then 35 letters, digits, - or _ (or starts with AQ.)",
  knownFormats: [/^AIza[A-Za-z0-9_-]{35}$/, /^AQ\.[A-Za-z0-9_-]{20,400}$/],
  plausibleFormat: /^(?:AIza|AQ\.)[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^(?:AIza|AQ\.)/,
  leakPattern: /AIza[A-Za-z0-9_-]{20,}|AQ\.[A-Za-z0-9_-]{20,}/,
  legacyField: "hasGoogle",
  endpoints: [{ endpointId: "google-1", origin: "https://generativelanguage.googleapis.com" }],
  authorization: { name: "x-goog-api-key" },
  // No cachedContents, files, tunedModels, batches or auth_tokens, which stay or grant more.
  allowedCalls: (["/v1", "/v1beta"] as const).flatMap((version) =>
    below(version, [
      "POST /models/{id}:generateContent",
      "POST /models/{id}:streamGenerateContent",
      "POST /models/{id}:countTokens",
      "POST /models/{id}:embedContent",
      "POST /models/{id}:batchEmbedContents",
      "POST /models/{id}:predict",
      "POST /interactions",
      "GET /interactions/{id}",
      "POST /interactions/{id}/cancel",
      "GET /models",
      "GET /models/{id}",
    ]),
  ),
  queryParameters: ["alt", "include_input", "last_event_id", "pageSize", "pageToken", "stream"],
  requestHeaders: ["x-goog-api-client"],
  verifyCall: "GET /v1beta/models",
  // A key that is not good is a 400: ai.google.dev/gemini-api/docs/troubleshooting.
  rejectionSigns: [{ status: 400, words: /^API_KEY_INVALID$|^API key (?:not valid|expired)/ }],
  // Every 429 speaks of the plan and billing; only the name of a daily quota says that waiting is long.
  quotaSigns: [{ status: 429, words: /PerDayPer/ }],
  documentationUrl: "https://ai.google.dev/gemini-api/docs/api-key",
  revokeUrl: "https://aistudio.google.com/app/apikey",
  revokeSteps: ["Find the key in the list by its project.", "Choose the bin at its end, and confirm."],
  source:
    "calls: the npm package @google/genai 3.1 and ai.google.dev/api; formats: gitleaks (AIza), discuss.ai.google.dev/t/171575 (AQ.; Google documents no length); names of daily quotas: seen in answers, not documented",
  checked: "2026-11-24",
};
