import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { responsesCalls, responsesParameters } from "./responses.ts";

/** Whatever may stand in a Bearer header (RFC 6750, section 2.1), and is no JSON web token. */
const token = /^(?!eyJ)[A-Za-z0-9._~+/-]{6,1000}={0,2}$/;

/** For servers that an operator runs: vLLM, llama.cpp, Ollama, LiteLLM and the like. In no list by itself. */
export const openaiCompatible: Provider = {
  id: "openai-compatible",
  displayName: "OpenAI-compatible server",
  formatInWords: "as whoever runs this server gave it: at least 6 characters without spaces",
  knownFormats: [token],
  plausibleFormat: token,
  endpoints: [],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: below("/v1", [
    "POST /chat/completions",
    "POST /completions",
    ...responsesCalls,
    "POST /embeddings",
    "POST /rerank",
    "POST /moderations",
    "POST /images/generations",
    "POST /images/edits",
    "POST /audio/speech",
    "POST /audio/transcriptions",
    "POST /audio/translations",
    "GET /models",
    "GET /models/{model}",
    "GET /models/{id}/{model}",
  ]),
  queryParameters: responsesParameters,
  requestHeaders: ["openai-beta", "idempotency-key"],
  verifyCall: "GET /v1/models",
  documentationUrl: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
  revokeUrl: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
  revokeSteps: ["Ask whoever runs this server to replace the key."],
  source: "calls: docs.vllm.ai, openai/openai-openapi; the key is whatever the server was given",
  checked: "2026-11-24",
};
