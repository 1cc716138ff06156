/** What is known of one provider. The registry has an entry for each; an operator may add some by configuration. */
export interface Provider {
  /** `[a-z0-9-]{1,32}`. */
  readonly id: string;
  readonly displayName: string;
  /** The format of its keys in words, for a person. */
  readonly formatInWords: string;
  /** The forms that it is known to issue, or to have issued. Each matches a provider key whole. */
  readonly knownFormats: readonly RegExp[];
  /** What may be a newer form: stored, with a warning. Matches whole; covers the known forms. */
  readonly plausibleFormat: RegExp;
  /** A beginning by which a provider key is plainly this provider's and no other's, if it has one. */
  readonly distinctivePrefix?: RegExp;
  /** Finds a provider key anywhere in a text, where it can be told from other words: for redaction. */
  readonly leakPattern?: RegExp;
  /** Its name in `GET /api/user/api-key-status`; only what the legacy routes know has one. */
  readonly legacyField?: "hasOpenAI" | "hasAnthropic" | "hasGoogle";
  /**
   * Versioned: an origin never changes under its id, since records are sealed for the id. The first is
   * current, the others are there for the records that were sealed for them. None where each customer of the
   * provider has an address of their own, which the operator configures.
   */
  readonly endpoints: readonly Endpoint[];
  readonly authorization: AuthorizationHeader;
  /** What the proxy passes on: see `allowedCall`. */
  readonly allowedCalls: readonly AllowedCall[];
  /** Query parameters of those calls. */
  readonly queryParameters: readonly string[];
  /** Request headers that are passed on besides the common ones, in lower case. */
  readonly requestHeaders: readonly string[];
  /** What its API requires of every request; a caller's own of the same name goes before. In lower case. */
  readonly requiredHeaders?: Readonly<Record<string, string>>;
  /** A call that costs nothing and needs a good key, for `verify`; its answer is shown to nobody. */
  readonly verifyCall: `GET /${string}`;
  /** How an error shows that the provider key is not good, besides 401 and 403. */
  readonly rejectionSigns?: readonly Sign[];
  /** How an error shows that a quota or balance is used up, besides 402. */
  readonly quotaSigns?: readonly Sign[];
  /** How an error shows that it is about the request, where its status is one of a refused provider key. */
  readonly requestSigns?: readonly Sign[];
  /** How an error shows that the provider key is good, and only may not make this call: of one with restricted permissions. */
  readonly permissionSigns?: readonly Sign[];
  readonly documentationUrl: string;
  readonly revokeUrl: string;
  /** What a person does at `revokeUrl`, step by step. */
  readonly revokeSteps: readonly string[];
  /** Where the facts of this entry are from. */
  readonly source: string;
  /** When they were read: `2026-11-24`. */
  readonly checked: string;
}

export interface Endpoint {
  /** At most 64 characters; part of what a record is sealed for. */
  readonly endpointId: string;
  readonly origin: string;
}

/** How a provider's API takes its key. Never in a query string: those are logged. */
export interface AuthorizationHeader {
  /** Lower case. */
  readonly name: "authorization" | "x-api-key" | "x-goog-api-key" | "api-key";
  readonly scheme?: "Bearer";
}

/** Of what an error means: its status, and what its code or its text then says. */
export interface Sign {
  readonly status: number;
  /** With `^` where the status is also that of errors that quote the request. */
  readonly words: RegExp;
}

/**
 * A method and a path pattern, as `POST /v1/chat/completions`. `{id}` in it is one or part of one segment of
 * letters, digits and `. _ -`; `{model}` may have colons too.
 */
export type AllowedCall = `${"GET" | "POST" | "DELETE"} /${string}`;
