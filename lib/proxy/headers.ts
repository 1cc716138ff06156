import type { Provider } from "../providers/provider.ts";

/** What describes a body and no one; everything else of a caller stays here. */
const REQUEST_HEADERS = ["accept", "content-type"];

/**
 * Response headers that callers and official SDKs use. Cookies, hop-by-hop and framing headers stay
 * behind: the body is decoded and its length may change.
 */
const RESPONSE_HEADERS = [
  /^content-type$/,
  /^content-disposition$/,
  /^date$/,
  /^retry-after(-ms)?$/,
  /^x-should-retry$/,
  /^(x-)?request-id$/,
  /^x-goog-request-id$/,
  /^x-ratelimit-/,
  /^(openai|anthropic)-/,
];

/**
 * The headers that go to the provider, without authorization: by allow-list, with ours for what an HTTP
 * client would otherwise add of its own.
 */
export function requestHeaders(provider: Provider, from: Headers): Headers {
  const headers = new Headers({
    accept: "*/*",
    "accept-language": "*",
    // Decoded before it is looked at, but better not encoded at all: chunks then pass as they are.
    "accept-encoding": "identity",
    "user-agent": "waxseal",
    ...provider.requiredHeaders,
  });
  for (const name of [...REQUEST_HEADERS, ...provider.requestHeaders]) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

/** The headers that go back to the caller, not scrubbed yet. */
export function responseHeaders(from: Headers): [name: string, value: string][] {
  return [...from].filter(([name]) => RESPONSE_HEADERS.some((pattern) => pattern.test(name)));
}
