import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { tolerantFormat } from "./tolerant.ts";

export const mistral: Provider = {
  id: "mistral",
  displayName: "Mistral AI",
  formatInWords: "32 letters and digits",
  knownFormats: [/^[A-Za-z0-9]{32}$/],
  plausibleFormat: tolerantFormat,
  endpoints: [{ endpointId: "mistral-1", origin: "https://api.mistral.ai" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: below("/v1", [
    "POST /chat/completions",
    "POST /fim/completions",
    "POST /agents/completions",
    "POST /embeddings",
    "POST /moderations",
    "POST /chat/moderations",
    "POST /classifications",
    "POST /chat/classifications",
    "POST /ocr",
    "POST /audio/speech",
    "POST /audio/transcriptions",
    "GET /models",
    "GET /models/{model}",
  ]),
  queryParameters: ["model", "provider"],
  requestHeaders: [],
  verifyCall: "GET /v1/models",
  documentationUrl: "https://docs.mistral.ai/api",
  revokeUrl: "https://console.mistral.ai/api-keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose Delete from its menu, and confirm."],
  source:
    "calls: mistralai/client-ts (2026-08-05); format: Mistral documents none; 32 letters and digits after the PyPI package detect-llm-api-keys 0.0.2, no prefix after GitGuardian's detector mistralai_apikey; regional hosts (api.eu.mistral.ai) can be configured as custom providers",
  checked: "2026-11-24",
};
