import type { Provider } from "../provider.ts";
import { below } from "./below.ts";

export const deepseek: Provider = {
  id: "deepseek",
  displayName: "DeepSeek",
  formatInWords: "starts with sk-, then 32 lower-case letters and digits",
  knownFormats: [/^sk-[a-z0-9]{32}$/],
  // No distinctive beginning: keys of OpenAI begin with a bare `sk-` too.
  plausibleFormat: /^sk-(?!ant-|or-)[A-Za-z0-9_.-]{16,1000}$/,
  leakPattern: /sk-[a-z0-9]{32}/,
  endpoints: [{ endpointId: "deepseek-1", origin: "https://api.deepseek.com" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: [
    "POST /chat/completions",
    "GET /models",
    ...below("/v1", ["POST /chat/completions", "POST /completions", "GET /models"]),
    ...below("/beta", ["POST /chat/completions", "POST /completions"]),
    "POST /anthropic/v1/messages",
  ],
  queryParameters: ["beta"],
  requestHeaders: ["anthropic-version", "anthropic-beta"],
  verifyCall: "GET /models",
  documentationUrl: "https://api-docs.deepseek.com",
  revokeUrl: "https://platform.deepseek.com/api_keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose Delete at its end, and confirm."],
  source:
    "calls: api-docs.deepseek.com (/v1 as a synonym, /beta for FIM, guides/anthropic_api), which gives x-api-key for the Anthropic form; that it takes a Bearer token there too is not documented; format: trufflehog; a used-up balance is a 402 (quick_start/error_codes)",
  checked: "2026-11-24",
};
