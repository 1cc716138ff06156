import type { ProviderKeyUse } from "../provider-keys/use.ts";
import type { FallbackReason } from "../settings.ts";
import { forward, type ProviderCall } from "./forward.ts";
import { healthShownBy, judge, type Judged } from "./refusal.ts";

/**
 * Calls the provider with an owner's first provider key, and, as long as the provider refuses for one of the reasons in
 * `fallbackOn`, with the next. What an answer says of the provider key is noted as its health.
 *
 * @param uses - see `usesInOrder`; the next is claimed only when it is needed.
 * @returns the provider's answer: the first that is no such refusal, or the last that there was. Its header `waxseal-slot` says
 *   which provider key it was for.
 * @throws {WaxsealError} see `useProviderKey` and `forward`.
 */
export async function callInOrder(
  call: ProviderCall,
  uses: AsyncIterable<ProviderKeyUse>,
  fallbackOn: readonly FallbackReason[],
): Promise<Response> {
  let last: Response | undefined;
  try {
    for await (const use of uses) {
      const judged = await judge(call.provider, await forward(call, use));
      const { response, refusal } = judged;
      await noteHealth(use, judged);
      await last?.body?.cancel();
      last = response;
      if (refusal === undefined || !fallbackOn.includes(refusal)) break;
    }
  } catch (error) {
    // The provider has answered the one before: that is more than that the next could not be tried.
    if (!last) throw error;
  }
  if (!last) throw new Error("there is always a use, or why there is none is thrown");
  return last;
}

async function noteHealth(use: ProviderKeyUse, judged: Judged): Promise<void> {
  const health = healthShownBy(judged);
  if (health) await use.noteHealth(health);
}
