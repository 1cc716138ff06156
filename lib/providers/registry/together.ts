import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { tolerantFormat } from "./tolerant.ts";

export const together: Provider = {
  id: "together",
  displayName: "Together AI",
  formatInWords:
    "starts with tgp_v1_, then 43 letters, digits, - or _ (older: 64 digits and letters from a to f)",
  knownFormats: [/^tgp_v1_[A-Za-z0-9_-]{43}$/, /^[0-9a-f]{64}$/],
  plausibleFormat: tolerantFormat,
  distinctivePrefix: /^tgp_v\d/,
  leakPattern: /tgp_v\d_[A-Za-z0-9_-]{16,}/,
  endpoints: [{ endpointId: "together-1", origin: "https://api.together.ai" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  // `GET /models` lists all; there is no call for one. `POST /models` uploads, and is not here.
  allowedCalls: below("/v1", [
    "POST /chat/completions",
    "POST /completions",
    "POST /embeddings",
    "POST /rerank",
    "POST /images/generations",
    "POST /audio/speech",
    "POST /audio/transcriptions",
    "POST /audio/translations",
    "GET /models",
  ]),
  queryParameters: ["dedicated"],
  requestHeaders: ["idempotency-key"],
  verifyCall: "GET /v1/models",
  documentationUrl: "https://docs.together.ai/docs/api-keys-authentication",
  revokeUrl: "https://api.together.ai/settings/api-keys",
  revokeSteps: [
    "Choose the project that the key belongs to.",
    "Find the key in the list by its name.",
    "Choose Delete from its menu, and confirm.",
  ],
  source:
    "calls: togethercomputer/together-typescript (api.md of 2026-08-19); format: Together documents none; tgp_v1_ with 43 characters after public secret detectors, 64 hexadecimal digits for older keys remembered, no source found",
  checked: "2026-11-24",
};
