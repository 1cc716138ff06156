import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeProviders } from "../../../lib/providers/describe.ts";
import { findProvider } from "../../../lib/providers/find.ts";
import { registeredProviders, type ProviderSettings } from "../../../lib/providers/registered.ts";
import { registry } from "../../../lib/providers/registry.ts";

const none: ProviderSettings = { customProviders: {}, proxyCalls: {}, endpointOrigins: {} };
const withSettings = (settings: Partial<ProviderSettings>) => registeredProviders({ ...none, ...settings });
const withCustom = (customProviders: ProviderSettings["customProviders"]) =>
  withSettings({ customProviders });

describe("without settings", () => {
  test("a deployment has the registered providers that have an address, as they are", () => {
    expect(withSettings({})).toEqual(registry.filter(({ endpoints }) => endpoints.length > 0));
    expect(withSettings({}).map(({ id }) => id)).not.toContain("azure-openai");
  });
});

describe("a custom provider", () => {
  const like = { like: "groq", origins: ["https://groq.example"] };

  test("has the API, header and formats of the one that it is like, and its own id, name and origin", () => {
    const custom = findProvider(
      withCustom({ "groq-eu": { ...like, displayName: "Groq, Europe" } }),
      "groq-eu",
    );
    const groq = findProvider(registry, "groq");
    expect(custom).toMatchObject({
      id: "groq-eu",
      displayName: "Groq, Europe",
      knownFormats: groq.knownFormats,
      allowedCalls: groq.allowedCalls,
      authorization: groq.authorization,
      endpoints: [{ origin: "https://groq.example" }],
    });
    expect(findProvider(withCustom({ "groq-eu": like }), "groq-eu").displayName).toBe("groq-eu");
  });

  test("comes after the registered ones, which stay as they are", () => {
    const providers = withCustom({ "groq-eu": like });
    expect(providers.slice(0, -1)).toEqual(withSettings({}));
    expect(providers.at(-1)?.id).toBe("groq-eu");
  });

  test("is none of the three that the legacy routes know", () => {
    const origins = ["https://eu.api.openai.com"];
    expect(findProvider(withCustom({ mine: { like: "openai", origins } }), "mine")).not.toHaveProperty(
      "legacyField",
    );
  });

  test("of an operator's own server leads people to that server, not to somebody else's pages", () => {
    const providers = withCustom({
      mine: { like: "openai-compatible", origins: ["https://models.example", "https://old.example"] },
    });
    const [mine] = describeProviders([findProvider(providers, "mine")]);
    expect(mine).toMatchObject({
      documentationUrl: "https://models.example",
      revokeUrl: "https://models.example",
    });
  });

  test("has an endpoint id that changes with its origin and with its id, and fits a record", () => {
    const endpointsOf = (id: string, ...origins: string[]) =>
      findProvider(withCustom({ [id]: { like: "groq", origins } }), id).endpoints;
    const [one, two] = endpointsOf("a", "https://one.example", "https://two.example");
    expect(one?.endpointId).not.toBe(two?.endpointId);
    expect(endpointsOf("b", "https://one.example")[0]?.endpointId).not.toBe(one?.endpointId);
    expect(endpointsOf("a", "https://one.example")).toEqual([one]);
    const [longest] = endpointsOf("x".repeat(32), "https://one.example");
    expect(longest!.endpointId.length).toBeLessThanOrEqual(64);
  });

  test("like nothing that is registered is refused", () => {
    for (const unknown of ["", "nothing", "constructor", "__proto__", "toString"])
      expect(() => withCustom({ mine: { like: unknown, origins: ["https://a.example"] } })).toThrow();
  });
});

test("Azure OpenAI is there once it has an address, in its own name", () => {
  const origins = ["https://acme.openai.azure.com"];
  const azure = findProvider(
    withCustom({ "azure-openai": { like: "azure-openai", origins } }),
    "azure-openai",
  );
  expect(azure.displayName).toBe("Azure OpenAI");
  expect(azure.authorization).toEqual({ name: "api-key" });
  expect(azure.endpoints).toEqual([
    { endpointId: expect.stringMatching(/^azure-openai-[0-9a-f]{16}$/) as string, origin: origins[0] },
  ]);
});

test("an endpoint's origin is overridden by its id, and no other", () => {
  const providers = withSettings({ endpointOrigins: { "openai-1": "http://127.0.0.1:1" } });
  expect(findProvider(providers, "openai").endpoints).toEqual([
    { endpointId: "openai-1", origin: "http://127.0.0.1:1" },
  ]);
  expect(findProvider(providers, "groq")).toEqual(findProvider(registry, "groq"));
});

test("more calls are added for the provider that is named, custom ones too, and the registry stays", () => {
  const calls = ["POST /v1/videos", "GET /v1/videos/{id}"] as const;
  const providers = withSettings({
    customProviders: { mine: { like: "openai-compatible", origins: ["https://a.example"] } },
    proxyCalls: { openai: calls, mine: calls },
  });
  const before = findProvider(registry, "openai").allowedCalls;
  expect(findProvider(providers, "openai").allowedCalls).toEqual([...before, ...calls]);
  expect(findProvider(providers, "mine").allowedCalls.slice(-2)).toEqual(calls);
  expect(findProvider(providers, "groq").allowedCalls).toEqual(findProvider(registry, "groq").allowedCalls);
  expect(findProvider(registry, "openai").allowedCalls).toBe(before);
});

test("names that every object has are ids like others, wherever they stand", () => {
  const odd = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "valueOf");
  fc.assert(
    fc.property(odd, odd, (id, other) => {
      const settings = JSON.parse(
        `{"customProviders":{"${id}":{"like":"groq","origins":["https://a.example"]}},` +
          `"proxyCalls":{"${other}":["POST /v1/x"]},"endpointOrigins":{"${other}":"https://b.example"}}`,
      ) as ProviderSettings;
      const custom = findProvider(registeredProviders(settings), id);
      expect(custom.endpoints.map(({ origin }) => origin)).toEqual(["https://a.example"]);
      expect(custom.allowedCalls.includes("POST /v1/x")).toBe(id === other);
      expect(registeredProviders(none)).toEqual(withSettings({}));
      expect({}).not.toHaveProperty("like");
    }),
  );
});
