import { isWaxsealError } from "../errors.ts";
import type { Trial } from "../provider-keys/save.ts";
import { currentEndpoint } from "../providers/find.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { callProvider } from "./forward.ts";
import { healthShownBy, judge } from "./refusal.ts";
import { verifyCallOf } from "./verify-call.ts";

/** A person waits for it. */
const TIMEOUT_MS = 5_000;

/**
 * Asks the provider, before anything is stored, whether it takes a provider key: at the origin that it is going to be
 * sealed for, by one bounded call whose answer is shown to nobody. Only what the provider says of the key itself counts; a
 * redirect, an outage, a limit or a used-up quota leaves it open.
 */
export async function tryProviderKey(
  provider: Provider,
  providerKey: Secret,
  timeoutMs = TIMEOUT_MS,
): Promise<Trial> {
  try {
    const { origin } = currentEndpoint(provider);
    const call = verifyCallOf(provider, timeoutMs);
    const judged = await judge(provider, await callProvider(call, { origin, providerKey }));
    await judged.response.body?.cancel();
    const health = healthShownBy(judged);
    return health === "valid" || health === "rejected" ? health : "could_not_tell";
  } catch (error) {
    if (!isWaxsealError(error)) throw error;
    return "could_not_tell";
  }
}
