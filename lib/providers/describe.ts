import type { Provider } from "./provider.ts";

/** What a settings page needs to know of each provider. */
export type ProviderDescription = Pick<
  Provider,
  "id" | "displayName" | "formatInWords" | "documentationUrl" | "revokeUrl" | "revokeSteps"
>;

export function describeProviders(providers: readonly Provider[]): ProviderDescription[] {
  return providers.map(({ id, displayName, formatInWords, documentationUrl, revokeUrl, revokeSteps }) => {
    return { id, displayName, formatInWords, documentationUrl, revokeUrl, revokeSteps };
  });
}
