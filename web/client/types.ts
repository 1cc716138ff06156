/**
 * What the API takes and answers, as `docs/api.md` describes it. Types only: they are held against the schemas that
 * the functions parse with. Times are ISO 8601 text in UTC.
 */

/** One provider, as `GET /v1/providers` describes it to a settings page. */
export interface ProviderDescription {
  /** `[a-z0-9-]{1,32}` */
  readonly id: string;
  readonly displayName: string;
  /** For a person; the part after "It". */
  readonly formatInWords: string;
  readonly documentationUrl: string;
  /** The provider's own page of keys: where one is made, and where it is revoked. */
  readonly revokeUrl: string;
  readonly revokeSteps: readonly string[];
  /** The source of a regular expression that an API key of this provider matches whole. */
  readonly keyPattern?: string;
  /** The source of one that matches a beginning which only this provider's API keys have. */
  readonly distinctivePrefix?: string;
}

/** What the last use or test showed of a provider key. */
export interface Health {
  readonly status: "unknown" | "valid" | "rejected" | "unreachable";
  readonly checkedAt: string;
}

/** One stored provider key: all of it but the provider key. */
export interface StoredProviderKey {
  readonly provider: string;
  /** `default` where its owner gave none. */
  readonly name: string;
  readonly state: "active" | "disabled" | "expired";
  readonly label?: string;
  /** Its place among the owner's for the same provider, from 1 to 1000. */
  readonly order?: number;
  readonly savedAt: string;
  readonly expiresAt?: string;
  readonly health: Health;
  readonly lastUsedAt?: string;
  /** The function or back end that used it. */
  readonly lastUsedBy?: string;
  readonly useCount: number;
}

/** A record that could not be read; the others are not hidden by it. */
export interface UnreadableProviderKey {
  readonly provider: string;
  readonly name: string;
  readonly state: "unreadable";
}

export type ProviderKeyStatus = StoredProviderKey | UnreadableProviderKey;

/** Where a provider key is kept: `<provider>/<name>`. */
export interface Slot {
  readonly provider: string;
  /** `[a-z0-9-]{1,32}`; `default` where it is left out. */
  readonly name?: string;
}

/** A save replaces what the slot had, label, order and expiry included. */
export interface SaveRequest {
  readonly apiKey: string;
  /** 1 to 100 characters. */
  readonly label?: string;
  readonly order?: number;
  readonly expiresAt?: string;
  /** `false` leaves out the question to the provider. */
  readonly verify?: boolean;
}

export interface SaveWarning {
  readonly code: string;
  readonly title: string;
}

export interface SaveAnswer {
  readonly provider: string;
  readonly name: string;
  readonly state: "active";
  readonly savedAt: string;
  /** What the provider said of it; one that it refuses is not stored (`PROVIDER_KEY_REJECTED`). */
  readonly verification?: "valid" | "could_not_tell" | "not_asked";
  readonly warnings?: readonly SaveWarning[];
}

/** What is absent stays as it is, `null` takes away. */
export interface UpdateRequest {
  readonly state?: "active" | "disabled";
  readonly label?: string | null;
  readonly order?: number | null;
  readonly expiresAt?: string | null;
}

export interface UpdateAnswer extends UpdateRequest {
  readonly provider: string;
  readonly name: string;
}

export interface VerifyAnswer {
  readonly provider: string;
  readonly name: string;
  readonly result: "valid" | "rejected" | "unknown";
}

/** Something that happened to a provider key of the person who asks. */
export interface ActivityEvent {
  /** `key_saved`, `key_used`, `key_removed`, `key_disabled` and so on; more may come. */
  readonly type: string;
  readonly provider?: string;
  readonly name?: string;
  readonly at: string;
  readonly actor?: string;
  readonly caller?: string;
  readonly useId?: string;
}

/** Newest first; without a cursor it is the last page. */
export interface ActivityPage {
  readonly events: readonly ActivityEvent[];
  readonly cursor?: string;
}
