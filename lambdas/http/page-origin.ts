import { WaxsealError } from "../../lib/errors.ts";
import { headerValues, singleHeader, type ApiEvent } from "./event.ts";

const SAFE_METHODS = new Set(["GET", "HEAD"]);

/**
 * Refuses what a page of another origin could have a browser send with the session's cookie. A token in a header
 * needs none of this: no page can send one that it does not have.
 *
 * Browsers name the origin of every request that is not `GET` or `HEAD`, and of those in which a page wants to
 * read another origin's answer (Fetch standard, "`Origin` header", read in November 2026).
 *
 * @throws {WaxsealError} `ORIGIN_NOT_ALLOWED`.
 */
export function refuseOtherPages(event: ApiEvent, allowedOrigins: readonly string[]): void {
  const isSafe = SAFE_METHODS.has(event.httpMethod);
  const isNamed = headerValues(event, "origin").length > 0;
  const isForeign = isNamed ? !allowedOrigins.includes(singleHeader(event, "origin") ?? "") : !isSafe;
  const sites = headerValues(event, "sec-fetch-site");
  const isOtherPages = isSafe && (sites.includes("cross-site") || sites.includes("same-site"));
  if (isForeign || isOtherPages) throw new WaxsealError("ORIGIN_NOT_ALLOWED");
}
