import { providers, settings } from "../compose.ts";
import { WaxsealError } from "../errors.ts";
import { usesFor, type ProviderKeyRequest } from "../provider-keys/with-provider-key.ts";
import { findProvider } from "../providers/find.ts";
import { callInOrder } from "./call-in-order.ts";

/**
 * A `fetch` that calls a provider with a user's provider key, for the provider's official SDK: the SDK
 * never holds the key. Each call is one claimed use, or, where the user has several provider keys and the provider refuses
 * one, one for each that is tried. It goes to the provider's registered origin only, with the SDK's own
 * authorization replaced; redirects are not followed; an echoed key is scrubbed.
 *
 * The returned function rejects with a `WaxsealError`: the codes of `useProviderKey` and `forward`, and
 * `ORIGIN_NOT_REGISTERED`.
 *
 * @example
 * const openai = new OpenAI({ apiKey: "unused", fetch: providerFetch({ userId, provider: "openai" }) });
 */
export function providerFetch(request: ProviderKeyRequest): typeof fetch {
  return async (input, init) => {
    const sdkRequest = new Request(input, init);
    const { method, headers, signal } = sdkRequest;
    const { origin, pathname, search } = new URL(sdkRequest.url);
    const provider = findProvider(providers(), request.provider);
    if (!provider.endpoints.some((endpoint) => endpoint.origin === origin)) {
      throw new WaxsealError("ORIGIN_NOT_REGISTERED");
    }
    const body = sdkRequest.body ? new Uint8Array(await sdkRequest.arrayBuffer()) : undefined;
    const call = { provider, target: pathname + search, method, headers, body, signal };
    return callInOrder(call, usesFor(request), settings().fallbackOn);
  };
}
