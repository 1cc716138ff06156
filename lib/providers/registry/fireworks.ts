import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { tolerantFormat } from "./tolerant.ts";

export const fireworks: Provider = {
  id: "fireworks",
  displayName: "Fireworks AI",
  formatInWords: "starts with fw_, then 20 or more letters and digits",
  knownFormats: [/^fw_[A-Za-z0-9]{20,64}$/],
  plausibleFormat: tolerantFormat,
  distinctivePrefix: /^fw_/,
  leakPattern: /fw_[A-Za-z0-9]{20,}/,
  endpoints: [{ endpointId: "fireworks-1", origin: "https://api.fireworks.ai" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  // All below `/inference`: `/v1/accounts/…` manages models, users and keys. Model ids are
  // `accounts/<account>/models/<model>`. Audio has hosts of its own, which are not registered.
  allowedCalls: below("/inference/v1", [
    "POST /chat/completions",
    "POST /completions",
    "POST /responses",
    "GET /responses/{id}",
    "POST /messages",
    "POST /embeddings",
    "POST /rerank",
    "POST /image_generation/accounts/{id}/models/{id}",
    "POST /workflows/accounts/{id}/models/{id}",
    "POST /workflows/accounts/{id}/models/{id}/text_to_image",
    "POST /workflows/accounts/{id}/models/{id}/get_result",
    "GET /models",
  ]),
  queryParameters: [],
  requestHeaders: ["anthropic-version", "anthropic-beta"],
  verifyCall: "GET /inference/v1/models",
  // pollinations/pollinations issue 12136 (2026-07): a spending limit or unpaid bill is a 412.
  quotaSigns: [{ status: 412, words: /is suspended|monthly spending limit/ }],
  documentationUrl: "https://docs.fireworks.ai/api-reference/introduction",
  revokeUrl: "https://app.fireworks.ai/settings/users/api-keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose the bin at its end, and confirm."],
  source:
    "calls: fw-ai-external/python-sdk (2026-07-21), fireworks.ai/docs/api, image paths: the npm package @ai-sdk/fireworks 2.0; format: Fireworks documents none; fw_ with 24 or 40 characters after public secret detectors, older keys without (GitGuardian says not prefixed)",
  checked: "2026-11-24",
};
