/**
 * CORS (Fetch standard, "HTTP extensions", read in November 2026) of the answers of functions; preflights and
 * the gateway's own answers are the stack's. Never with credentials: the cookies of a session are for pages of the API's own origin, and
 * a page of another has a token.
 */

/** Response headers of ours, and those of providers that are passed on, that a page may read. */
export const exposedHeaders: readonly string[] = [
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "waxseal-error-code",
  "waxseal-slot",
  "waxseal-use-id",
  "request-id",
  "x-request-id",
  "x-goog-request-id",
  "openai-processing-ms",
  "openai-version",
  "anthropic-organization-id",
  ...["limit", "remaining", "reset"].flatMap((what) => [
    `x-ratelimit-${what}-requests`,
    `x-ratelimit-${what}-tokens`,
    `anthropic-ratelimit-requests-${what}`,
    `anthropic-ratelimit-tokens-${what}`,
  ]),
];

/**
 * @param origin - of the page that asks, as in the request's `Origin`.
 * @returns headers in lower case; none where no origins are configured.
 */
export function corsHeaders(
  origin: string | undefined,
  allowedOrigins: readonly string[],
): Record<string, string> {
  if (allowedOrigins.length === 0) return {};
  // Also where the origin is absent or another: a cache must not give that answer to a page that may have it.
  const vary = { vary: "origin" };
  if (origin === undefined || !allowedOrigins.includes(origin)) return vary;
  return {
    ...vary,
    "access-control-allow-origin": origin,
    "access-control-expose-headers": exposedHeaders.join(", "),
  };
}
