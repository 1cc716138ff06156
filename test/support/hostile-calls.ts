import type { RawRequest } from "./raw-request.ts";

/** In everything that a hostile caller makes up: it must reach no provider, and come back in no answer. */
export const MARKER = "EVILCALLER";

const evil = `${MARKER.toLowerCase()}.example`;
type Headers = NonNullable<RawRequest["headers"]>;

/**
 * Request targets that must not be passed on, with the code that the API answers.
 *
 * @param base - `/proxy/<provider>`.
 * @param path - of a call that is passed on, with at least two segments.
 */
export function hostileTargets(base: string, path: string): readonly (readonly [string, string])[] {
  const rest = path.slice(1);
  const good = base + path;
  const withCode = (code: string, targets: readonly string[]) =>
    targets.map((target) => [target, code] as const);
  return [
    ...withCode("ROUTE_NOT_ALLOWED", [
      ...["/", "/.", "/..", "/../files", "%2f", "%2f..%2ffiles", "%5c..%5cfiles"].map((end) => good + end),
      ...["%00", "%0a", "%0d%0ahost:%20", "%20HTTP/1.1%0d%0a", "%09", "%20", ";x=y"].map((end) => good + end),
      ...["#", "%23", "%3fkey=", "@", "%40", ":80", ".json", "%ef%bc%8f.."].map((end) => good + end + evil),
      ...["..", ".", "../../..", "x/..", "%2e", "%2e%2e", "%2E%2E", ".%2e", "x/%2e%2e"].map(
        (dots) => `${base}/${dots}${path}`,
      ),
      ...["..%2f..", "..%5c..", "..\\..", "%2e%2e%2f", "%252e%252e", "..%252f", "..;"].map(
        (dots) => `${base}/${dots}${path}`,
      ),
      ...["\\", "%5c", "%5C", "%252f", "%252F", "%25252f", "%ef%bc%8f", "%e2%88%95", "//", "/./"].map(
        (separator) => `${base}/${rest.replaceAll("/", separator)}`,
      ),
      ...[
        "https://",
        "https:%2f%2f",
        "http:/",
        "https:",
        "%2f%2f",
        "%5c%5c",
        "\\\\",
        "@",
        "%40",
        "user:password@",
      ].map((start) => `${base}/${start}${evil}${path}`),
      `${base}/:80${path}`,
      `${base}/${rest.toUpperCase()}`,
      ...["v1/files", "v1/organization/admin_api_keys", "v1/fine_tuning/jobs", "v1/keys", "api/v1/keys"].map(
        (other) => `${base}/${other}`,
      ),
      ...["key", "api_key", "api-key", "apikey", "access_token", "_method", "KEY", "%6b%65%79", ""].map(
        (name) => `${good}?${name}=${MARKER}`,
      ),
      ...["constructor", "__proto__", "toString", "a%0d%0ahost:x", "%00", "url", "host"].map(
        (name) => `${good}?${name}=${MARKER}`,
      ),
      ...[`?${MARKER}`, `?@${evil}`, `?https://${evil}/`, `??x=1`, `?x[]=1`].map((query) => good + query),
    ]),
    ...withCode("ROUTE_NOT_FOUND", [
      ...[`//${evil}`, `http://${evil}`, `https://${evil}:443`, "/x/..", "/%2e%2e", "/.", "/"].map(
        (start) => start + good,
      ),
      ...[base, `${base}/`, `${base}//${evil}${path}`, `/proxy/${base.slice(6)}${path}`],
      ...[good.replace("/proxy/", "/proxy%2f"), good.replace("proxy", "PROXY"), good.replace("/proxy", "")],
    ]),
    ...withCode(
      "BAD_REQUEST",
      ["%", "%zz", "%c0%af", "%ff", "%e0%80%af", "?x=%zz"].map((end) => good + end),
    ),
    ...withCode("UNKNOWN_PROVIDER", [
      ...[`.${evil}`, "%2f..%2f..", "%00", ":443", "%20", "%2e", "%0d%0a", `;@${evil}`, "%2540x"].map(
        (end) => `${base}${end}${path}`,
      ),
      ...[
        "..",
        "%2e%2e",
        ".",
        "constructor",
        "__proto__",
        evil,
        `@${evil}`,
        `${evil}@default`,
        base.slice(7).toUpperCase(),
      ].map((provider) => `/proxy/${provider}${path}`),
    ]),
    ...withCode(
      "INVALID_REQUEST",
      [`@${evil}`, `@default@${evil}`, "@", "@..", "@DEFAULT", "@a%2fb", "@default%00"].map(
        (name) => `${base}${name}${path}`,
      ),
    ),
  ];
}

/** A path parameter that is a whole segment, as something else than a name. */
export const hostileSegments = [
  "..",
  ".",
  "%2e%2e",
  "%2E.",
  "..%2f..",
  "%5c",
  "x%2fy",
  "%252e",
  "a%20b",
  "%00",
];

/** Targets that are the same call as `path`: the gateway decodes a path once, and no more is done to it. */
export function sameTargets(base: string, path: string): string[] {
  const rest = path.slice(1);
  const encoded = `%${rest.charCodeAt(0).toString(16)}${rest.slice(1)}`;
  return [
    ...["%2f", "%2F"].map((slash) => `${base}/${rest.replaceAll("/", slash)}`),
    ...[`${base}/${encoded}`, `${base}%40default${path}`, `${base}${path}?`, `${base}${path}?&`],
  ];
}

export const foreignMethods = ["PUT", "PATCH", "DELETE", "HEAD", "TRACE", "PROPFIND", "GET"];

/** Headers that a provider, a proxy before it or an HTTP client might act on; none of them is to go further. */
export const hostileHeaders: Headers = [
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-prefix"],
  ...["forwarded", "via", "x-real-ip", "x-original-url", "x-rewrite-url", "x-host", "x-original-host"],
  ...["x-http-method-override", "x-http-method", "x-method-override", "x-client-ip", "true-client-ip"],
  ...["cookie", "referer", "user-agent", "origin", "accept-encoding", "accept-language", "range", "if-match"],
  ...[
    "proxy-authorization",
    "x-amz-security-token",
    "x-amzn-trace-id",
    "traceparent",
    "baggage",
    "x-stainless-os",
  ],
  ...[
    "x-goog-user-project",
    "x-anthropic-api-key",
    "openai-api-key",
    "waxseal-user-id",
    "waxseal-slot",
    "te",
  ],
  ...["constructor", "__proto__", "toString", "keep-alive", "trailer", "content-location", "digest", "date"],
].map((name) => [name, `${MARKER} ${evil}`] as const);

/** What is no HTTP: refused before there is a request. `[name, value]` as bytes. */
export const malformedHeaders: Readonly<Record<string, Headers>> = {
  "a line end alone in a value": [["accept", `x\nhost: ${evil}`]],
  "a carriage return alone in a value": [["accept", `x\rhost: ${evil}`]],
  "NUL in a value": [["accept", `x\0${MARKER}`]],
  "a control character in a value": [["content-type", "application/json\u0001"]],
  "DEL in a value": [["content-type", "application/json\u007f"]],
  "a space before the colon": [["x-evil ", MARKER]],
  "a space in a name": [["x evil", MARKER]],
  "a control character in a name": [["x\u0001evil", MARKER]],
  "no name": [["", MARKER]],
  "two lengths": [
    ["content-length", "2"],
    ["content-length", "40"],
  ],
  "a negative length": [["content-length", "-1"]],
  "a length with a sign": [["content-length", "+2"]],
  "a length that is a list": [["content-length", "2, 2"]],
  "a length and chunks": [
    ["content-length", "2"],
    ["transfer-encoding", "chunked"],
  ],
  "chunks and a length": [
    ["transfer-encoding", "chunked"],
    ["content-length", "2"],
  ],
  "an unknown transfer encoding": [["transfer-encoding", "xchunked"]],
  "chunks that are not last": [["transfer-encoding", "chunked, identity"]],
  "chunks, with a space before the colon": [["transfer-encoding ", "chunked"]],
};

/** More than 10,240 bytes of headers, which the gateway refuses, and less than the HTTP parser does. */
export const floodOfHeaders: Headers = Array.from({ length: 100 }, (_, index) => {
  return [`x-flood-${index}`, MARKER.repeat(10)] as const;
});
