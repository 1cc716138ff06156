import type * as z from "zod/mini";
import type { verifyAnswer } from "../api/provider-keys.ts";
import { isWaxsealError } from "../errors.ts";
import type { TakeLimit } from "../limits/take-limit.ts";
import type { Actor } from "../provider-keys/change.ts";
import { useProviderKey, type UsePorts } from "../provider-keys/use.ts";
import type { Slot } from "../providers/find.ts";
import { forward } from "./forward.ts";
import { healthShownBy, judge } from "./refusal.ts";
import { verifyCallOf } from "./verify-call.ts";

/** What a verification needs; the composition root gives it. */
export interface VerifyPorts extends UsePorts {
  readonly takeLimit: TakeLimit;
}

/** What the provider says of a stored provider key; `unknown` if it could not be asked, or did not say. */
export type Verdict = z.output<typeof verifyAnswer>["result"];

const TIMEOUT_MS = 10_000;

/**
 * Asks the provider whether it takes a stored provider key, by a call that costs nothing. It is a use like any other:
 * claimed, counted, audited; and what it shows is noted as health.
 *
 * @throws {WaxsealError} `RATE_LIMITED`; see `useProviderKey` for the others.
 */
export async function verifyProviderKey(ports: VerifyPorts, who: Actor, slot: Slot): Promise<Verdict> {
  await ports.takeLimit("verify", who.ownerId);
  const use = await useProviderKey(ports, who, slot);
  const call = verifyCallOf(slot.provider, TIMEOUT_MS);
  try {
    const judged = await judge(slot.provider, await forward(call, use));
    await judged.response.body?.cancel();
    const health = healthShownBy(judged);
    if (health) await use.noteHealth(health);
    return health === "valid" || health === "rejected" ? health : "unknown";
  } catch (error) {
    if (!isWaxsealError(error)) throw error;
    await use.noteHealth("unreachable");
    return "unknown";
  }
}
