import { settings } from "../compose.ts";
import { WaxsealError } from "../errors.ts";
import { claimFor, type ProviderKeyRequest } from "../provider-keys/with-provider-key.ts";
import { findProvider } from "../providers/find.ts";
import { forward } from "./forward.ts";
import { originOf } from "./target.ts";

/**
 * A `fetch` that calls a provider with a user's provider key, for the provider's official SDK: the SDK
 * never holds the key. Each call is one claimed use. It goes to the provider's registered origin only,
 * with the SDK's own authorization replaced; redirects are not followed; an echoed key is scrubbed.
 *
 * The returned function rejects with a `WaxsealError`: the codes of `useProviderKey` and `forward`, and
 * `ORIGIN_NOT_REGISTERED`.
 *
 * @example
 * const openai = new OpenAI({ apiKey: "unused", fetch: providerFetch({ userId, provider: "openai" }) });
 */
export function providerFetch(request: ProviderKeyRequest): typeof fetch {
  return async (input, init) => {
    const { url, method, headers, body, signal } = new Request(input, init);
    const provider = findProvider(request.provider);
    const target = new URL(url);
    if (target.origin !== originOf(provider, settings().endpointOrigins)) {
      throw new WaxsealError("ORIGIN_NOT_REGISTERED");
    }
    const use = await claimFor(request);
    return forward({ provider, url: target, method, headers, body: body ?? undefined, signal }, use);
  };
}
