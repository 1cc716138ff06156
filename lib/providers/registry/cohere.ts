import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { tolerantFormat } from "./tolerant.ts";

export const cohere: Provider = {
  id: "cohere",
  displayName: "Cohere",
  formatInWords: "40 letters and digits",
  knownFormats: [/^[A-Za-z0-9]{40}$/],
  plausibleFormat: tolerantFormat,
  endpoints: [{ endpointId: "cohere-1", origin: "https://api.cohere.com" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: [
    ...below("/v2", ["POST /chat", "POST /embed", "POST /rerank", "POST /audio/transcriptions"]),
    ...below("/v1", [
      "POST /chat",
      "POST /generate",
      "POST /summarize",
      "POST /embed",
      "POST /rerank",
      "POST /classify",
      "POST /tokenize",
      "POST /detokenize",
      "GET /models",
      "GET /models/{model}",
    ]),
    ...below("/compatibility/v1", ["POST /chat/completions", "POST /embeddings"]),
  ],
  queryParameters: ["default_only", "endpoint", "page_size", "page_token"],
  requestHeaders: ["x-client-name"],
  verifyCall: "GET /v1/models",
  // docs.cohere.com/docs/rate-limits: a trial key has 1,000 calls a month.
  quotaSigns: [{ status: 429, words: /calls \/ month|[Tt]rial key/ }],
  documentationUrl: "https://docs.cohere.com/reference/about",
  revokeUrl: "https://dashboard.cohere.com/api-keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose Delete from its menu, and confirm."],
  source:
    "calls: cohere-ai/cohere-typescript (2026-08-18), docs.cohere.com/docs/compatibility-api; format: gitleaks; the text of a trial key's refusal: seen, not documented",
  checked: "2026-11-24",
};
