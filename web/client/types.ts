/**
 * What the API takes and answers, as `docs/api.md` describes it: the types of the schemas that the functions parse with.
 * Types only, so nothing of them is left at run time. Times are ISO 8601 text in UTC.
 */
import type * as z from "zod/mini";
import type { activityAnswer, activityEvent } from "../../lib/api/activity.ts";
import type {
  health,
  providerKeyStatus,
  saveAnswer,
  saveRequest,
  saveWarning,
  updateAnswer,
  updateRequest,
  verifyAnswer,
} from "../../lib/api/provider-keys.ts";
import type { providerDescription } from "../../lib/api/providers.ts";

/** Read, and not changed. */
type Answer<Schema extends z.core.$ZodType> = Readonly<z.output<Schema>>;
type Request<Schema extends z.core.$ZodType> = Readonly<z.input<Schema>>;

/** One provider, as `GET /v1/providers` describes it to a settings page. */
export type ProviderDescription = Answer<typeof providerDescription>;

/** What the last save, use or test showed of a provider key. */
export type Health = Answer<typeof health>;

export type ProviderKeyStatus = Answer<typeof providerKeyStatus>;

/** A record that could not be read; the others are not hidden by it. */
export type UnreadableProviderKey = Extract<ProviderKeyStatus, { readonly state: "unreadable" }>;

/** One stored provider key: all of it but the provider key. */
export type StoredProviderKey = Exclude<ProviderKeyStatus, UnreadableProviderKey>;

/** Where a provider key is kept: `<provider>/<name>`. */
export interface Slot {
  readonly provider: string;
  /** `[a-z0-9-]{1,32}`; `default` where it is left out. */
  readonly name?: string;
}

/** A save replaces what the slot had, label, order and expiry included. */
export type SaveRequest = Request<typeof saveRequest>;

export type SaveWarning = Answer<typeof saveWarning>;

/** One that the provider refuses is not stored (`PROVIDER_KEY_REJECTED`). */
export type SaveAnswer = Answer<typeof saveAnswer>;

/** What is absent stays as it is, `null` takes away. */
export type UpdateRequest = Request<typeof updateRequest>;

export type UpdateAnswer = Answer<typeof updateAnswer>;

export type VerifyAnswer = Answer<typeof verifyAnswer>;

/** Something that happened to a provider key of the person who asks. */
export type ActivityEvent = Answer<typeof activityEvent>;

/** Newest first; without a cursor it is the last page. */
export interface ActivityPage extends Readonly<Pick<z.output<typeof activityAnswer>, "events">> {
  readonly cursor?: string;
}
