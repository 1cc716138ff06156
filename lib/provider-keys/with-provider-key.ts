import { newId, settings, usePorts } from "../compose.ts";
import { ownerIdOf } from "../owner.ts";
import { slotOf } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import { useProviderKey, type ProviderKeyUse } from "./use.ts";

/** Whose provider key a trusted caller asks for. */
export interface ProviderKeyRequest {
  /** The user's id, as in the tokens' owner claim (`sub` by default). */
  readonly userId: string;
  /** A registered provider: `openai`, `anthropic`, `google`. */
  readonly provider: string;
  /** Which of several; `default` where nothing is said. */
  readonly name?: string;
  /** What uses it, as the owner and the audit see it; by default the Lambda function's name. */
  readonly caller?: string;
}

/**
 * Gives `callback` a user's provider key, for one use: claims the use, decrypts, opens; fails closed.
 * For code that cannot use `providerFetch`, with which the plaintext never leaves this library.
 *
 * The function that runs it needs `grantUse` of the deployed construct, and nothing more.
 *
 * @returns what `callback` returns.
 * @throws {WaxsealError} see `useProviderKey` for the codes; and whatever `callback` throws.
 * @example
 * const answer = await withProviderKey({ userId, provider: "openai" }, (providerKey) =>
 *   callTheProvider(providerKey.exposeSecret()),
 * );
 */
export async function withProviderKey<Result>(
  request: ProviderKeyRequest,
  callback: (providerKey: Secret) => Promise<Result> | Result,
): Promise<Result> {
  const { providerKey } = await claimFor(request);
  return callback(providerKey);
}

/** The use behind `withProviderKey` and `providerFetch`. */
export function claimFor({ userId, provider, name, caller }: ProviderKeyRequest): Promise<ProviderKeyUse> {
  const ownerId = ownerIdOf(settings().issuer, userId);
  const who = {
    ownerId,
    actor: ownerId,
    caller: caller ?? process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "library",
    requestId: newId(),
  };
  return useProviderKey(usePorts(), who, slotOf(provider, name));
}
