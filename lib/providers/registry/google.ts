import type { Provider } from "../provider.ts";

export const google: Provider = {
  id: "google",
  displayName: "Google",
  formatInWords: "starts with AIza, then 35 letters, digits, - or _ (or starts with AQ.)",
  knownFormats: [/^AIza[A-Za-z0-9_-]{35}$/, /^AQ\.[A-Za-z0-9_-]{20,400}$/],
  plausibleFormat: /^(AIza|AQ\.)[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^(AIza|AQ\.)/,
  leakPattern: /AIza[A-Za-z0-9_-]{20,}|AQ\.[A-Za-z0-9_-]{20,}/,
  legacyField: "hasGoogle",
  endpoints: [{ endpointId: "google-1", origin: "https://generativelanguage.googleapis.com" }],
  authorization: { name: "x-goog-api-key" },
  allowedCalls: [
    ...(["v1", "v1beta"] as const).flatMap((version) => [
      ...([
        "generateContent",
        "streamGenerateContent",
        "countTokens",
        "embedContent",
        "batchEmbedContents",
      ].map((call) => `POST /${version}/models/{id}:${call}`) as `POST /${string}`[]),
      `GET /${version}/models` as const,
      `GET /${version}/models/{id}` as const,
    ]),
  ],
  queryParameters: ["alt", "pageSize", "pageToken"],
  requestHeaders: ["x-goog-api-client"],
  verifyCall: "GET /v1beta/models",
  documentationUrl: "https://ai.google.dev/gemini-api/docs/api-key",
  revokeUrl: "https://aistudio.google.com/app/apikey",
  revokeSteps: ["Find the key in the list by its project.", "Choose the bin at its end, and confirm."],
  source: "ai.google.dev/gemini-api/docs/api-key",
  checked: "2026-11-24",
};
