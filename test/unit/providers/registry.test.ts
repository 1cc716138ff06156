import { describe, expect, test } from "vitest";
import { defaultPatterns } from "../../../lib/log/patterns.ts";
import { isAllowed, isAllowedCall } from "../../../lib/providers/allowed-calls.ts";
import { findProvider } from "../../../lib/providers/find.ts";
import { registry, templates } from "../../../lib/providers/registry.ts";
import { requestHeaders } from "../../../lib/proxy/headers.ts";
import { canaryKey, canaryProviders } from "../../support/keys.ts";

const all = [...registry, ...templates];

describe("the registry", () => {
  test("has the promised providers, in order", () => {
    expect(registry.map(({ id }) => id)).toEqual([
      ...["openai", "anthropic", "google", "mistral", "groq", "xai", "deepseek", "openrouter"],
      ...["cohere", "together", "perplexity", "fireworks", "azure-openai"],
    ]);
    expect(templates.map(({ id }) => id)).toEqual(["openai-compatible"]);
  });

  test("gives no id and no endpoint id twice", () => {
    const ids = all.map(({ id }) => id);
    const endpointIds = all.flatMap(({ endpoints }) => endpoints.map(({ endpointId }) => endpointId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(endpointIds).size).toBe(endpointIds.length);
  });

  test("knows the three of the legacy routes by their fields", () => {
    const fields = all.flatMap(({ id, legacyField }) => (legacyField ? [[id, legacyField]] : []));
    expect(fields).toEqual([
      ["openai", "hasOpenAI"],
      ["anthropic", "hasAnthropic"],
      ["google", "hasGoogle"],
    ]);
  });

  test("gives no beginning of a provider's keys to another", () => {
    for (const id of canaryProviders) {
      const owners = registry.filter(({ distinctivePrefix }) => distinctivePrefix?.test(canaryKey(id)));
      expect(owners.filter((owner) => owner.id !== id)).toEqual([]);
    }
  });
});

describe.each(all)("the entry $id", (provider) => {
  const { knownFormats, plausibleFormat, allowedCalls, verifyCall, endpoints } = provider;

  test("has ids, names and words of their forms", () => {
    expect(provider.id).toMatch(/^[a-z0-9-]{1,32}$/);
    expect(provider.displayName).toMatch(/^\S(?:.{0,40}\S)?$/);
    expect(provider.formatInWords).toMatch(/^[a-z0-9].{8,}[^.]$/);
    expect(knownFormats.length).toBeGreaterThan(0);
  });

  test("has origins that are https and nothing but origins, under versioned ids", () => {
    for (const { endpointId, origin } of endpoints) {
      expect(new URL(origin).origin).toBe(origin);
      expect(origin).toMatch(/^https:\/\//);
      expect(endpointId).toMatch(new RegExp(`^${provider.id}-[1-9][0-9]*$`));
    }
    const isElsewhere = ["azure-openai", "openai-compatible"].includes(provider.id);
    expect(endpoints.length).toBe(isElsewhere ? 0 : 1);
  });

  test("says where its facts are from, when they were read, and where a key is revoked", () => {
    for (const url of [provider.documentationUrl, provider.revokeUrl]) expect(url).toMatch(/^https:\/\/\S+$/);
    expect(provider.revokeSteps.length).toBeGreaterThan(0);
    for (const step of provider.revokeSteps) expect(step).toMatch(/^[A-Z].*\.$/);
    expect(provider.source.length).toBeGreaterThan(20);
    expect(provider.checked).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
  });

  test("has patterns that match whole, without state, and cannot blow up", () => {
    const formats = [...knownFormats, plausibleFormat];
    const { quotaSigns = [], rejectionSigns = [], requestSigns = [] } = provider;
    const signs = [...quotaSigns, ...rejectionSigns, ...requestSigns].map(({ words }) => words);
    for (const { source } of formats) expect(source).toMatch(/^\^.*\$$/);
    for (const { source } of provider.distinctivePrefix ? [provider.distinctivePrefix] : [])
      expect(source).toMatch(/^\^/);
    const leaks = provider.leakPattern ? [provider.leakPattern] : [];
    for (const { source, flags } of [...formats, ...signs, ...leaks]) {
      expect(flags).toBe("");
      // A repeated group in which something repeats is what makes patterns exponential.
      expect(source).not.toMatch(/[+*}]\)[+*{]/);
    }
  });

  test("allows only calls that are written as such, each once, and the call that verifies", () => {
    for (const call of allowedCalls) expect(isAllowedCall(call), call).toBe(true);
    expect(new Set(allowedCalls).size).toBe(allowedCalls.length);
    // OpenRouter's answer has a part of the key in it: for us alone.
    const isOurs = provider.id === "openrouter";
    expect(isAllowedCall(verifyCall)).toBe(true);
    expect(isAllowed(allowedCalls, "GET", verifyCall.slice("GET ".length))).toBe(!isOurs);
    expect(allowedCalls.filter((call) => !/^(?:GET|POST) \/[a-z]/.test(call))).toEqual([]);
  });

  test("has headers in lower case that carry no credential, and no query parameter that does", () => {
    const forbidden =
      /^(?:authorization|x-api-key|api-key|x-goog-api-key|cookie|host|connection|te|upgrade|forwarded|x-forwarded-.*|x-http-method.*|proxy-.*|content-length|transfer-encoding|expect|origin)$/;
    for (const name of [...provider.requestHeaders, ...Object.keys(provider.requiredHeaders ?? {})]) {
      expect(name).toBe(name.toLowerCase());
      expect(name).not.toMatch(forbidden);
    }
    for (const name of provider.queryParameters)
      expect(name).not.toMatch(/key$|token$(?<!_token|pageToken)|secret|auth/i);
  });
});

describe("no provider's calls reach", () => {
  const rest = [
    ...["files", "files/f1", "files/f1/content", "uploads", "batches", "batches/b1", "fine_tuning/jobs"],
    ...["fine-tunes", "finetuning/finetuned-models", "organization/admin_api_keys", "organization/users"],
    ...["organizations/api_keys", "api-key", "keys", "keys/k1", "auth/keys", "byok", "credits", "users/me"],
    ...[
      "assistants",
      "threads",
      "vector_stores",
      "conversations",
      "containers",
      "evals",
      "projects/p/api_keys",
    ],
    ...["realtime/client_secrets", "realtime/sessions", "realtime/calls", "chatkit/sessions", "auth_tokens"],
    ...[
      "cachedContents",
      "tunedModels",
      "corpora",
      "fileSearchStores",
      "connectors",
      "datasets",
      "embed-jobs",
    ],
    ...["accounts", "accounts/a/users", "accounts/a/secrets", "accounts/a/deployments", "accounts/a/apiKeys"],
    ...[
      "endpoints",
      "endpoints/e1",
      "deployments",
      "deployments/secrets",
      "tci/execute",
      "agents",
      "workflows",
    ],
    ...[
      "browser/sessions",
      "messages/batches",
      "skills",
      "libraries",
      "memory_stores",
      "workspaces",
      "guardrails",
    ],
  ];
  const bases = ["", "/v1", "/v2", "/v1beta", "/openai", "/openai/v1", "/api/v1", "/inference/v1", "/beta"];
  const alone = [
    ...["/generate_auth_token", "/revoke_auth_token", "/user/balance", "/upload/v1beta/files", "/", ""],
    ...["/openai/deployments/d1", "/openai/deployments/d1/extensions/chat/completions", "/whoami"],
  ];
  const reached = (path: string): string[] =>
    all.flatMap(({ id, allowedCalls }) =>
      ["GET", "POST", "PUT", "PATCH", "DELETE"]
        .filter((method) => isAllowed(allowedCalls, method, path))
        .map((method) => `${id}: ${method} ${path}`),
    );

  test.each(rest)("%s", (path) => {
    expect(bases.flatMap((base) => reached(`${base}/${path}`))).toEqual([]);
  });

  test("what only one provider has", () => {
    expect(alone.flatMap(reached)).toEqual([]);
  });

  test("the models, other than to read them", () => {
    for (const { id, allowedCalls } of all)
      for (const path of bases.flatMap((base) => [`${base}/models`, `${base}/models/m1`]))
        for (const method of ["POST", "PUT", "PATCH", "DELETE"])
          expect(isAllowed(allowedCalls, method, path), `${id}: ${method} ${path}`).toBe(false);
  });
});

describe("the calls that SDKs make", () => {
  test.each([
    ["openai", "POST", "/v1/chat/completions"],
    ["openai", "GET", "/v1/responses/resp_1"],
    ["openai", "GET", "/v1/models/ft:gpt-5:acme::abc"],
    ["anthropic", "POST", "/v1/messages/count_tokens"],
    ["google", "POST", "/v1beta/models/gemini-3-flash:streamGenerateContent"],
    ["google", "POST", "/v1/interactions"],
    ["mistral", "POST", "/v1/fim/completions"],
    ["mistral", "POST", "/v1/agents/completions"],
    ["groq", "POST", "/openai/v1/audio/transcriptions"],
    ["xai", "POST", "/v1/responses"],
    ["deepseek", "POST", "/chat/completions"],
    ["deepseek", "POST", "/v1/chat/completions"],
    ["deepseek", "POST", "/anthropic/v1/messages"],
    ["openrouter", "GET", "/api/v1/models/deepseek/deepseek-r1:free/endpoints"],
    ["openrouter", "POST", "/api/v1/chat/completions"],
    ["cohere", "POST", "/v2/rerank"],
    ["cohere", "POST", "/compatibility/v1/chat/completions"],
    ["together", "POST", "/v1/images/generations"],
    ["perplexity", "POST", "/v1/responses"],
    ["perplexity", "POST", "/chat/completions"],
    [
      "fireworks",
      "POST",
      "/inference/v1/workflows/accounts/fireworks/models/flux-1-schnell-fp8/text_to_image",
    ],
    ["azure-openai", "POST", "/openai/v1/responses"],
    ["azure-openai", "POST", "/openai/deployments/gpt-5.mini/chat/completions"],
    ["openai-compatible", "GET", "/v1/models/meta-llama/Llama-3:8b"],
  ])("%s: %s %s", (id, method, path) => {
    expect(isAllowed(findProvider(all, id).allowedCalls, method, path)).toBe(true);
  });
});

test("Anthropic's version is there where a caller gives none, and is the caller's where one does", () => {
  const anthropic = findProvider(registry, "anthropic");
  expect(requestHeaders(anthropic, new Headers()).get("anthropic-version")).toBe("2023-06-01");
  const own = new Headers({ "anthropic-version": "2099-01-01" });
  expect(requestHeaders(anthropic, own).get("anthropic-version")).toBe("2099-01-01");
});

test("every leak pattern finds its provider's keys in a text, and the log's redaction finds as much", () => {
  const withPattern = registry.filter(({ leakPattern }) => leakPattern !== undefined);
  // Keys of the others look like any other word: only a field's name gives them away in a log.
  expect(registry.filter((provider) => !withPattern.includes(provider)).map(({ id }) => id)).toEqual([
    ...["mistral", "cohere", "azure-openai"],
  ]);
  for (const { id, leakPattern } of withPattern) {
    const providerKey = canaryKey(id as (typeof canaryProviders)[number]);
    // DeepSeek's are found as what they also look like; the marker is not of their alphabet.
    if (id !== "deepseek") expect(leakPattern!.exec(`before=${providerKey};after`)?.[0]).toBe(providerKey);
    const found = defaultPatterns.map((pattern) => pattern.exec(`before=${providerKey};after`)?.[0]);
    expect(found, id).toContain(providerKey);
  }
});
