import { newId, providers, settings, usePorts } from "../compose.ts";
import { ownerIdOf } from "../owner.ts";
import { findProvider } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import type { ProviderKeyUse } from "./use.ts";
import { usesInOrder } from "./uses-in-order.ts";

/** Whose provider key a trusted caller asks for. */
export interface ProviderKeyRequest {
  /** The user's id, as in the tokens' owner claim (`sub` by default). */
  readonly userId: string;
  /** A registered provider, as `openai`. */
  readonly provider: string;
  /** Which of several; where nothing is said, the first in the user's order. */
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
  const { value: use } = await usesFor(request).next();
  if (!use) throw new Error("there is always a use, or why there is none is thrown");
  return callback(use.providerKey);
}

/** The uses behind `withProviderKey` and `providerFetch`. */
export function usesFor(request: ProviderKeyRequest): AsyncGenerator<ProviderKeyUse, void, void> {
  const { userId, provider, name, caller } = request;
  const ownerId = ownerIdOf(settings().issuer, userId);
  const who = {
    ownerId,
    actor: ownerId,
    caller: caller ?? process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "library",
    requestId: newId(),
  };
  return usesInOrder(usePorts(), who, findProvider(providers(), provider), name);
}
