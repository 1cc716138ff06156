import type { Provider } from "../providers/provider.ts";
import type { ProviderCall } from "./forward.ts";

/** The call that costs nothing and needs a good provider key: nothing of any request is in it. */
export function verifyCallOf(provider: Provider, timeoutMs: number): ProviderCall {
  return {
    provider,
    target: provider.verifyCall.replace("GET ", ""),
    method: "GET",
    headers: new Headers(),
    body: undefined,
    signal: AbortSignal.timeout(timeoutMs),
  };
}
