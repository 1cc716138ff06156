import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { responsesCalls, responsesParameters } from "./responses.ts";
import { tolerantFormat } from "./tolerant.ts";

/** Each customer has a resource of their own, so there is no origin here: `customProviders` gives it. */
export const azureOpenai: Provider = {
  id: "azure-openai",
  displayName: "Azure OpenAI",
  formatInWords: "84 letters and digits (older: 32 digits and letters from a to f)",
  knownFormats: [/^[A-Za-z0-9]{84}$/, /^[A-Fa-f0-9]{32}$/],
  plausibleFormat: tolerantFormat,
  endpoints: [],
  authorization: { name: "api-key" },
  allowedCalls: [
    ...below("/openai/v1", [
      "POST /chat/completions",
      "POST /completions",
      ...responsesCalls,
      "POST /embeddings",
      "POST /images/generations",
      "POST /images/edits",
      "POST /audio/speech",
      "POST /audio/transcriptions",
      "POST /audio/translations",
      "GET /models",
      "GET /models/{model}",
    ]),
    ...below("/openai/deployments/{id}", [
      "POST /chat/completions",
      "POST /completions",
      "POST /embeddings",
      "POST /images/generations",
      "POST /images/edits",
      "POST /audio/speech",
      "POST /audio/transcriptions",
      "POST /audio/translations",
    ]),
    ...below("/openai", [...responsesCalls, "GET /models"]),
  ],
  queryParameters: ["api-version", ...responsesParameters],
  requestHeaders: ["openai-beta", "idempotency-key", "x-ms-client-request-id"],
  verifyCall: "GET /openai/v1/models",
  quotaSigns: [{ status: 429, words: /insufficient_quota/ }],
  documentationUrl: "https://learn.microsoft.com/azure/ai-foundry/openai/reference",
  revokeUrl: "https://portal.azure.com",
  revokeSteps: [
    "Open the resource, and there Keys and Endpoint.",
    "Choose Regenerate for the key. The other one keeps working.",
  ],
  source:
    "calls: the npm package openai 7 (azure.mjs), learn.microsoft.com/azure/foundry/openai/api-version-lifecycle (v1 needs no api-version); formats: Microsoft Purview (32 hexadecimal digits), trufflehog issue 4389 (84 characters)",
  checked: "2026-11-24",
};
