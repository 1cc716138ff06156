import { WaxsealError } from "../../lib/errors.ts";
import { headerValues, type ApiEvent } from "./event.ts";

const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/**
 * The one token of a request.
 *
 * @param alsoIn - another header that may hold it, bare: an official SDK sends its API key there.
 * @throws {WaxsealError} `AUTHENTICATION_REQUIRED` if there is none, or more than one: which of two
 *   would be meant is for nobody to guess.
 */
export function bearerToken(event: ApiEvent, alsoIn?: string): string {
  const authorization = headerValues(event, "authorization");
  const bare = alsoIn && alsoIn !== "authorization" ? headerValues(event, alsoIn) : [];
  const [value, ...others] = [...authorization, ...bare.map((token) => `Bearer ${token}`)];
  const token = others.length === 0 ? BEARER.exec(value ?? "")?.[1] : undefined;
  if (token === undefined) throw new WaxsealError("AUTHENTICATION_REQUIRED");
  return token;
}
