import type { Provider } from "./provider.ts";
import { registry } from "./registry.ts";

/** What a settings page needs to know of each provider. */
export type ProviderDescription = Pick<
  Provider,
  "id" | "displayName" | "formatInWords" | "documentationUrl" | "revokeUrl" | "revokeSteps"
>;

export function describeProviders(providers: readonly Provider[] = registry): ProviderDescription[] {
  return providers.map(({ id, displayName, formatInWords, documentationUrl, revokeUrl, revokeSteps }) => {
    return { id, displayName, formatInWords, documentationUrl, revokeUrl, revokeSteps };
  });
}
