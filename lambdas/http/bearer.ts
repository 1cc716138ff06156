import { WaxsealError } from "../../lib/errors.ts";
import { headerValues, type ApiEvent } from "./event.ts";

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const BEARER_SCHEME = /^Bearer +/i;

/**
 * The one token of a request.
 *
 * @param alsoIn - another header that may hold it, bare: an official SDK sends its API key there.
 * @throws {WaxsealError} `AUTHENTICATION_REQUIRED` if there is none, or more than one: which of two
 *   would be meant is for nobody to guess.
 */
export function bearerToken(event: ApiEvent, alsoIn?: string): string {
  const authorization = headerValues(event, "authorization").map((value) =>
    BEARER_SCHEME.test(value) ? value.replace(BEARER_SCHEME, "") : "",
  );
  const bare = alsoIn && alsoIn !== "authorization" ? headerValues(event, alsoIn) : [];
  const [token, ...others] = [...authorization, ...bare];
  if (token === undefined || others.length > 0 || !JWT.test(token)) {
    throw new WaxsealError("AUTHENTICATION_REQUIRED");
  }
  return token;
}
