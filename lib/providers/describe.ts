import type * as z from "zod/mini";
import type { providerDescription } from "../api/providers.ts";
import type { Provider } from "./provider.ts";
import { registry } from "./registry.ts";

/** What a settings page needs to know of each provider. */
export type ProviderDescription = Readonly<z.output<typeof providerDescription>>;

export function describeProviders(providers: readonly Provider[] = registry): ProviderDescription[] {
  return providers.map((provider) => {
    const { id, displayName, formatInWords, documentationUrl, revokeUrl, revokeSteps } = provider;
    return {
      ...{ id, displayName, formatInWords, documentationUrl, revokeUrl, revokeSteps: [...revokeSteps] },
      // Each form matches a provider key whole, so the alternatives need no brackets.
      keyPattern: provider.knownFormats.map(({ source }) => source).join("|"),
      ...(provider.distinctivePrefix && { distinctivePrefix: provider.distinctivePrefix.source }),
    };
  });
}
