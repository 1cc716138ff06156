/**
 * Waxseal for back ends that act for a user without any permission on table or KMS key: through the acting
 * proxy, by IAM. Which role may act for whom is the deployment's setting `actingRoles`.
 */
import { signedFetch, type SigningOptions } from "./signed-fetch.ts";

export type { Credentials, SigningOptions } from "./signed-fetch.ts";

export interface ActingOptions extends SigningOptions {
  /** The stack's output `ActingProxyUrl`, or `DeleteOwnerUrl`. */
  readonly url: string;
  /** The user's id, as in the tokens' owner claim (`sub` by default): printable ASCII, at most 512 characters. */
  readonly userId: string;
}

export interface ActingFetchOptions extends ActingOptions {
  /** A registered provider, as `openai`. */
  readonly provider: string;
  /** Which of several; where nothing is said, the first in the user's order. */
  readonly name?: string;
}

/** Whose they are decides what the provider gets; nothing of an SDK's own authorization is sent on. */
const NOT_SENT = [
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "api-key",
  "host",
  "content-length",
  "connection",
];

/**
 * A `fetch` for a provider's official SDK: each call goes, signed, to the acting proxy instead of the provider's
 * origin, with the same path, and is answered, streamed too, with the user's provider key.
 *
 * @example
 * const fetch = actingFetch({ url: process.env.ACTING_PROXY_URL, userId, provider: "openai" });
 * const openai = new OpenAI({ apiKey: "unused", fetch });
 */
export function actingFetch(options: ActingFetchOptions): typeof fetch {
  const { url, userId, provider, name } = options;
  const addressee = name === undefined ? provider : `${provider}@${name}`;
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const header of NOT_SENT) headers.delete(header);
    headers.set("waxseal-user-id", userId);
    const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
    const target = new URL(`/proxy/${addressee}${pathname}${search}`, url);
    return signedFetch(
      { method: request.method, url: target, headers, body, signal: request.signal },
      options,
    );
  };
}

/**
 * Removes all provider keys of a user whose account is closed. It may be run again at any time; after an answer
 * that is no success it has to be.
 *
 * @returns how many were removed.
 * @throws Error with the stable code of the answer as its message, as `NOT_ALLOWED_TO_ACT`.
 * @example await deleteOwner({ url: process.env.DELETE_OWNER_URL, userId });
 */
export async function deleteOwner(options: ActingOptions): Promise<number> {
  const url = new URL("/provider-keys", options.url);
  const headers = new Headers({ "waxseal-user-id": options.userId });
  const response = await signedFetch({ method: "DELETE", url, headers, body: undefined }, options);
  const answer = (await response.json().catch(() => ({}))) as { removed?: unknown; code?: unknown };
  if (response.ok && typeof answer.removed === "number") return answer.removed;
  throw new Error(typeof answer.code === "string" ? answer.code : `HTTP ${String(response.status)}`);
}
