import type { Provider } from "../provider.ts";
import { below } from "./below.ts";

export const groq: Provider = {
  id: "groq",
  displayName: "Groq",
  formatInWords: "starts with gsk_, then 52 letters and digits",
  knownFormats: [/^gsk_[A-Za-z0-9]{50,54}$/],
  plausibleFormat: /^gsk_[A-Za-z0-9_.-]{16,1000}$/,
  distinctivePrefix: /^gsk_/,
  leakPattern: /gsk_[A-Za-z0-9_-]{16,}/,
  endpoints: [{ endpointId: "groq-1", origin: "https://api.groq.com" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: below("/openai/v1", [
    "POST /chat/completions",
    "POST /responses",
    "POST /embeddings",
    "POST /audio/speech",
    "POST /audio/transcriptions",
    "POST /audio/translations",
    "GET /models",
    "GET /models/{model}",
  ]),
  queryParameters: [],
  requestHeaders: ["idempotency-key"],
  verifyCall: "GET /openai/v1/models",
  // console.groq.com/docs/spend-limits: a reached limit is a 400 with this code.
  quotaSigns: [{ status: 400, words: /^blocked_api_access$/ }],
  documentationUrl: "https://console.groq.com/docs/quickstart",
  revokeUrl: "https://console.groq.com/keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose the bin at its end, and confirm."],
  source:
    "calls: groq/groq-typescript (api.md of 2026-07-24), responses: console.groq.com/docs/api-reference; format: trufflehog (52 characters) and noseyparker (50 to 54)",
  checked: "2026-11-24",
};
