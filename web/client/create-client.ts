import { WaxsealApiError } from "./error.ts";
import { settingsOf, type ClientOptions } from "./options.ts";
import { send, type Call } from "./send.ts";
import type {
  ActivityPage,
  ProviderDescription,
  ProviderKeyStatus,
  SaveAnswer,
  SaveRequest,
  Slot,
  UpdateAnswer,
  UpdateRequest,
  VerifyAnswer,
} from "./types.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ActivityOptions extends CallOptions {
  /** How many events a page has, at most. */
  readonly limit?: number;
}

/**
 * The API for one person. Every method throws `WaxsealApiError`, or the signal's reason when it is aborted.
 */
export interface WaxsealClient {
  /** What can be stored. */
  providers(options?: CallOptions): Promise<readonly ProviderDescription[]>;
  /** What is stored, everything but the provider keys. */
  list(options?: CallOptions): Promise<readonly ProviderKeyStatus[]>;
  /** Never sent a second time by itself. */
  save(slot: Slot, request: SaveRequest, options?: CallOptions): Promise<SaveAnswer>;
  update(slot: Slot, changes: UpdateRequest, options?: CallOptions): Promise<UpdateAnswer>;
  remove(slot: Slot, options?: CallOptions): Promise<void>;
  /** Has the provider asked whether it takes the stored provider key. */
  verify(slot: Slot, options?: CallOptions): Promise<VerifyAnswer>;
  /** One page of what happened, newest first; the first where no cursor is given. */
  activityPage(cursor?: string, options?: ActivityOptions): Promise<ActivityPage>;
  /** All pages, each asked for when it is reached. */
  activity(options?: ActivityOptions): AsyncGenerator<ActivityPage, void, undefined>;
}

/**
 * @example
 * const client = createClient({ baseUrl: "https://keys.example.com", token: () => session.accessToken });
 * await client.save({ provider: "openai" }, { apiKey: pasted });
 *
 * @throws {TypeError} for a `baseUrl` that is neither https nor this machine.
 */
export function createClient(options: ClientOptions = {}): WaxsealClient {
  const settings = settingsOf(options);
  const call = (method: Call["method"], path: string, { signal }: CallOptions = {}, body?: unknown) =>
    send(settings, { method, path, body, signal });

  const client: WaxsealClient = {
    providers: async (options) =>
      listIn(await call("GET", "/v1/providers", options), "providers") as readonly ProviderDescription[],
    list: async (options) =>
      listIn(await call("GET", "/v1/provider-keys", options), "providerKeys") as readonly ProviderKeyStatus[],
    save: async (slot, request, options) => (await call("PUT", pathOf(slot), options, request)) as SaveAnswer,
    update: async (slot, changes, options) =>
      (await call("PATCH", pathOf(slot), options, changes)) as UpdateAnswer,
    remove: async (slot, options) => {
      await call("DELETE", pathOf(slot), options);
    },
    verify: async (slot, options) => (await call("POST", `${pathOf(slot)}/verify`, options)) as VerifyAnswer,
    activityPage: async (cursor, options) => {
      const page = await call("GET", `/v1/activity${queryOf(cursor, options?.limit)}`, options);
      const events = listIn(page, "events") as ActivityPage["events"];
      const { cursor: next } = page as { cursor?: unknown };
      return typeof next === "string" ? { events, cursor: next } : { events };
    },
    activity: (options) => pagesOf(client, options),
  };
  return client;
}

async function* pagesOf(
  client: WaxsealClient,
  options?: ActivityOptions,
): AsyncGenerator<ActivityPage, void> {
  let cursor: string | undefined;
  do {
    const page = await client.activityPage(cursor, options);
    yield page;
    ({ cursor } = page);
  } while (cursor !== undefined);
}

const PART = /^[a-z0-9-]{1,32}$/;

/**
 * What is no name is refused here, so that a provider key that is passed in its place by mistake does not get into an
 * address.
 *
 * @throws {WaxsealApiError} `INVALID_REQUEST`, without asking.
 */
function pathOf({ provider, name }: Slot): string {
  const parts = name === undefined ? [provider] : [provider, name];
  if (!parts.every((part) => PART.test(part))) throw new WaxsealApiError("INVALID_REQUEST", 0);
  return `/v1/provider-keys/${parts.join("/")}`;
}

function queryOf(cursor: string | undefined, limit: number | undefined): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor !== undefined) query.set("cursor", cursor);
  return query.size > 0 ? `?${query.toString()}` : "";
}

/** @throws {WaxsealApiError} `UNEXPECTED_ANSWER`: some other server, or a sign-in page in between. */
function listIn(answer: unknown, field: string): readonly unknown[] {
  const list = (answer as Record<string, unknown> | undefined)?.[field];
  if (!Array.isArray(list)) throw new WaxsealApiError("UNEXPECTED_ANSWER", 200);
  return list;
}
