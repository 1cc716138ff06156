import { providers } from "./registry.ts";

/** What a settings page needs to know of each provider. */
export interface ProviderDescription {
  readonly id: string;
  readonly displayName: string;
  readonly formatInWords: string;
  readonly documentationUrl: string;
  readonly revokeUrl: string;
}

export function describeProviders(): ProviderDescription[] {
  return providers.map(({ id, displayName, formatInWords, documentationUrl, revokeUrl }) => {
    return { id, displayName, formatInWords, documentationUrl, revokeUrl };
  });
}
