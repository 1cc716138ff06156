import type { Provider } from "../provider.ts";
import { below } from "./below.ts";
import { responsesCalls, responsesParameters } from "./responses.ts";

export const openai: Provider = {
  id: "openai",
  displayName: "OpenAI",
  formatInWords: "starts with sk- (sk-proj- and sk-svcacct- too), then at least 20 letters, digits, - or _",
  knownFormats: [/^sk-(?!ant-|or-)[A-Za-z0-9_-]{20,400}$/],
  plausibleFormat: /^sk-(?!ant-|or-)[A-Za-z0-9_.-]{16,1000}$/,
  // `T3BlbkFJ` is `OpenAI` in base64: the keys of before 2024 have it in the middle. A bare `sk-` is others' too.
  distinctivePrefix: /^sk-(?:(?:proj|svcacct|service|admin|None)-|[A-Za-z0-9]{20}T3BlbkFJ)/,
  leakPattern: /sk-(?!ant-|or-)[A-Za-z0-9_-]{16,}/,
  legacyField: "hasOpenAI",
  endpoints: [{ endpointId: "openai-1", origin: "https://api.openai.com" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: below("/v1", [
    "POST /chat/completions",
    "POST /completions",
    ...responsesCalls,
    "POST /embeddings",
    "POST /moderations",
    "POST /images/generations",
    "POST /images/edits",
    "POST /images/variations",
    "POST /audio/speech",
    "POST /audio/transcriptions",
    "POST /audio/translations",
    "GET /models",
    "GET /models/{model}",
  ]),
  queryParameters: responsesParameters,
  requestHeaders: ["openai-beta", "openai-organization", "openai-project", "idempotency-key"],
  verifyCall: "GET /v1/models",
  // help.openai.com, "Troubleshooting API usage and spend limits": the codes of 2026 beside the older one.
  quotaSigns: [
    {
      status: 429,
      words: /insufficient_quota|credit_balance_exhausted|(?:spend|usage)_limit_exceeded/,
    },
  ],
  // A restricted key that may answer and not list models: microsoft/PowerToys issue 32989, charonn0/Xojo-OpenAI issue 8.
  permissionSigns: [401, 403].map((status) => ({ status, words: /Missing scopes/ })),
  documentationUrl: "https://platform.openai.com/docs/api-reference/authentication",
  revokeUrl: "https://platform.openai.com/api-keys",
  revokeSteps: ["Find the key in the list by its name.", "Choose the bin at its end, and confirm."],
  source:
    "calls: openai/openai-openapi (openapi.yaml of 2026-08-21) and the npm package openai 7; formats: gitleaks and trufflehog, and sk-None- in mongodb/kingfisher pull request 180",
  checked: "2026-11-24",
};
