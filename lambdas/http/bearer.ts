import { WaxsealError } from "../../lib/errors.ts";
import { headerValues, type ApiEvent } from "./event.ts";

const BEARER_SCHEME = /^Bearer +/i;

/**
 * The one token in a request's headers.
 *
 * @param alsoIn - another header that may hold it, bare: an official SDK sends its API key there.
 * @returns `undefined` if none of these headers is there.
 * @throws {WaxsealError} `AUTHENTICATION_REQUIRED` if there is another thing than a token, or more than one: which
 *   of two would be meant is for nobody to guess.
 */
export function bearerToken(event: ApiEvent, alsoIn?: string): string | undefined {
  const authorization = headerValues(event, "authorization").map((value) =>
    BEARER_SCHEME.test(value) ? value.replace(BEARER_SCHEME, "") : "",
  );
  const bare = alsoIn && alsoIn !== "authorization" ? headerValues(event, alsoIn) : [];
  const [token, ...others] = [...authorization, ...bare];
  if (token === "" || others.length > 0) throw new WaxsealError("AUTHENTICATION_REQUIRED");
  return token;
}
