import { createHash } from "node:crypto";
import type { AllowedCall, Endpoint, Provider } from "./provider.ts";
import { registry, templates } from "./registry.ts";

/** A provider that an operator adds: an Azure resource, a server of their own. Never a user's choice. */
export interface CustomProvider {
  /** The registered provider, or `openai-compatible`, whose API, header and key format it has. */
  readonly like: string;
  /** Where it is. The first is current; later ones are for provider keys that were saved for them. */
  readonly origins: readonly string[];
  readonly displayName?: string;
}

/** What an operator changes of the registry, by settings. */
export interface ProviderSettings {
  /** By provider id: of their own, or of a registered one that has no address of its own. */
  readonly customProviders: Readonly<Record<string, CustomProvider>>;
  /** More calls that the proxy passes on, by provider id. */
  readonly proxyCalls: Readonly<Record<string, readonly AllowedCall[]>>;
  /** Other origins for endpoints, by `endpointId`: the local stand-in, a regional host. */
  readonly endpointOrigins: Readonly<Record<string, string>>;
}

/** The providers of a deployment, those that have an address: the registry's, then the operator's own. */
export function registeredProviders(settings: ProviderSettings): readonly Provider[] {
  const { customProviders, proxyCalls, endpointOrigins } = settings;
  const custom = Object.entries(customProviders).map(([id, added]) => customProvider(id, added));
  const all = [...registry.filter(({ id }) => !Object.hasOwn(customProviders, id)), ...custom];
  return all
    .filter(({ endpoints }) => endpoints.length > 0)
    .map((provider) => ({
      ...provider,
      allowedCalls: [...provider.allowedCalls, ...(own(proxyCalls, provider.id) ?? [])],
      endpoints: provider.endpoints.map(({ endpointId, origin }) => {
        return { endpointId, origin: own(endpointOrigins, endpointId) ?? origin };
      }),
    }));
}

/** What a custom provider can be like: the registry and `openai-compatible`. */
export function templateOf(like: string): Provider | undefined {
  return [...registry, ...templates].find(({ id }) => id === like);
}

/** What a setting says of a name: never what every object inherits, should an id be `constructor`. */
function own<Value>(byName: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}

function customProvider(id: string, { like, origins, displayName }: CustomProvider): Provider {
  const template = templateOf(like);
  if (!template) throw new Error("a custom provider is like none that is registered");
  // The legacy routes know three ids, not everything that is like one of them.
  const { legacyField: _legacy, ...rest } = template;
  return {
    ...rest,
    ...(templates.includes(template) ? placesOf(origins) : {}),
    id,
    displayName: displayName ?? (like === id ? template.displayName : id),
    endpoints: origins.map((origin) => customEndpoint(id, origin)),
  };
}

/** A server of the operator's has no public pages: people are led to the server itself. */
function placesOf([origin]: readonly string[]): Partial<Provider> {
  return origin === undefined ? {} : { documentationUrl: origin, revokeUrl: origin };
}

/** The id has the origin in it: for another origin nothing that was sealed for this one opens. */
function customEndpoint(id: string, origin: string): Endpoint {
  const hash = createHash("sha256").update(origin).digest("hex").slice(0, 16);
  return { endpointId: `${id}-${hash}`, origin };
}
