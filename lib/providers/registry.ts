import type { ProviderId } from "./provider-id.ts";

/** How a provider's API takes its key. Never in a query string: those are logged. */
export interface AuthorizationHeader {
  /** Lower case. */
  readonly name: "authorization" | "x-api-key" | "x-goog-api-key";
  readonly scheme?: "Bearer";
}

/** One call that the proxy passes on. */
export interface AllowedCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Matched against the whole normalised path, without the query. */
  readonly path: RegExp;
}

export interface Provider {
  readonly id: ProviderId;
  readonly displayName: string;
  /** The format in words, for a person. */
  readonly formatInWords: string;
  /** What a stored provider key must match, whole. */
  readonly format: RegExp;
  /** Finds a provider key anywhere in a text: for redaction, so it may find too much. */
  readonly leakPattern: RegExp;
  /** Its name in `GET /api/user/api-key-status`. */
  readonly statusField: "hasOpenAI" | "hasAnthropic" | "hasGoogle";
  /** Versioned: an origin never changes under its id, since records are sealed for the id. First is current. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  readonly authorization: AuthorizationHeader;
  readonly allowedCalls: readonly AllowedCall[];
  /** Request headers that are passed on besides the common ones, in lower case. */
  readonly requestHeaders: readonly string[];
  readonly documentationUrl: string;
  readonly revokeUrl: string;
  /** Where the facts of this entry are from, and when they were read. */
  readonly source: string;
}

export interface Endpoint {
  readonly endpointId: string;
  readonly origin: string;
}

const openai: Provider = {
  id: "openai",
  displayName: "OpenAI",
  formatInWords: "starts with sk- (sk-proj- and sk-svcacct- too), then at least 20 letters, digits, - or _",
  format: /^sk-(?!ant-|or-)[A-Za-z0-9_-]{20,400}$/,
  leakPattern: /sk-(?!ant-)[A-Za-z0-9_-]{16,}/,
  statusField: "hasOpenAI",
  endpoints: [{ endpointId: "openai-1", origin: "https://api.openai.com" }],
  authorization: { name: "authorization", scheme: "Bearer" },
  allowedCalls: [
    { method: "POST", path: /^\/v1\/(chat\/completions|responses|completions|embeddings|moderations)$/ },
    { method: "POST", path: /^\/v1\/images\/(generations|edits|variations)$/ },
    { method: "POST", path: /^\/v1\/audio\/(speech|transcriptions|translations)$/ },
    { method: "GET", path: /^\/v1\/models(\/[A-Za-z0-9._:-]{1,128})?$/ },
  ],
  requestHeaders: ["openai-beta", "openai-organization", "openai-project", "idempotency-key"],
  documentationUrl: "https://platform.openai.com/docs/api-reference/authentication",
  revokeUrl: "https://platform.openai.com/api-keys",
  source: "platform.openai.com/docs/api-reference, November 2026",
};

const anthropic: Provider = {
  id: "anthropic",
  displayName: "Anthropic",
  formatInWords: "starts with sk-ant-, then at least 20 letters, digits, - or _",
  format: /^sk-ant-[A-Za-z0-9_-]{20,400}$/,
  leakPattern: /sk-ant-[A-Za-z0-9_-]{16,}/,
  statusField: "hasAnthropic",
  endpoints: [{ endpointId: "anthropic-1", origin: "https://api.anthropic.com" }],
  authorization: { name: "x-api-key" },
  allowedCalls: [
    { method: "POST", path: /^\/v1\/messages(\/count_tokens)?$/ },
    { method: "GET", path: /^\/v1\/models(\/[A-Za-z0-9._:-]{1,128})?$/ },
  ],
  requestHeaders: ["anthropic-version", "anthropic-beta"],
  documentationUrl: "https://docs.anthropic.com/en/api/overview",
  revokeUrl: "https://console.anthropic.com/settings/keys",
  source: "docs.anthropic.com/en/api, November 2026",
};

const google: Provider = {
  id: "google",
  displayName: "Google",
  formatInWords: "starts with AIza, then 35 letters, digits, - or _ (or starts with AQ.)",
  format: /^(AIza[A-Za-z0-9_-]{35}|AQ\.[A-Za-z0-9_-]{20,400})$/,
  leakPattern: /AIza[A-Za-z0-9_-]{20,}|AQ\.[A-Za-z0-9_-]{20,}/,
  statusField: "hasGoogle",
  endpoints: [{ endpointId: "google-1", origin: "https://generativelanguage.googleapis.com" }],
  authorization: { name: "x-goog-api-key" },
  allowedCalls: [
    {
      method: "POST",
      path: /^\/v1(beta)?\/models\/[A-Za-z0-9._-]{1,128}:(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$/,
    },
    { method: "GET", path: /^\/v1(beta)?\/models(\/[A-Za-z0-9._-]{1,128})?$/ },
  ],
  requestHeaders: ["x-goog-api-client"],
  documentationUrl: "https://ai.google.dev/gemini-api/docs/api-key",
  revokeUrl: "https://aistudio.google.com/app/apikey",
  source: "ai.google.dev/gemini-api/docs/api-key, November 2026",
};

/** The registered providers, in the order in which they are listed. */
export const providers: readonly Provider[] = [openai, anthropic, google];
