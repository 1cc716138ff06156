import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  ActivityEvent,
  ProviderDescription,
  ProviderKeyStatus,
  StoredProviderKey,
} from "../../../web/client/index.ts";
import { NOW, providers } from "./fake-records.ts";

/** A request that the server got, as a network log would have it. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly retryAfter?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface ServeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** As an event stream does, whose end would be a failure. */
  readonly staysOpen?: boolean;
}

interface Served extends ServeOptions {
  readonly type: string;
  readonly text: string;
}

/** The API as `docs/api.md` has it, as far as the element asks for it, and as ill as a test wants it. */
export class FakeApi {
  providers: readonly ProviderDescription[] = providers;
  records: ProviderKeyStatus[] = [];
  events: ActivityEvent[] = [];
  pageLength = 50;
  /** What a provider says of a key when it is asked. */
  verdict: "valid" | "rejected" | "unknown" = "valid";
  readonly got: Got[] = [];
  readonly #failures: { readonly matches: RegExp; readonly failure: Failure; left: number }[] = [];
  readonly #held: { readonly matches: RegExp; readonly released: Promise<undefined> }[] = [];
  readonly #files = new Map<string, Served>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  serve(path: string, type: string, text: string, more: ServeOptions = {}): void {
    this.#files.set(path, { type, text, ...more });
  }

  /** As it was when it started. */
  reset(): void {
    Object.assign(this, { providers, records: [], events: [], pageLength: 50, verdict: "valid" });
    this.got.length = this.#failures.length = this.#held.length = 0;
  }

  /** The next requests that match, as `PUT /v1/…`, fail. */
  fail(matches: RegExp, failure: Failure, times = Infinity): void {
    this.#failures.unshift({ matches, failure, left: times });
  }

  heal(): void {
    this.#failures.length = 0;
  }

  /** Requests that match wait until the returned function is called. */
  hold(matches: RegExp): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#held.push({ matches, released: promise });
    return () => {
      this.#held.length = 0;
      resolve(undefined);
    };
  }

  record(slot: string): StoredProviderKey | undefined {
    return this.records.find((one) => `${one.provider}/${one.name}` === slot) as
      StoredProviderKey | undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const file = this.#files.get(url.split("?")[0] ?? "");
    if (file) {
      response.writeHead(200, { ...pageHeaders(file.type), ...file.headers });
      if (file.staysOpen) response.write(file.text);
      else response.end(file.text);
      return;
    }
    const body = await textOf(request);
    const asked = `${method} ${url}`;
    this.got.push({ method, url, authorization: headers.authorization, body });
    await this.#held.find(({ matches }) => matches.test(asked))?.released;
    const failing = this.#failures.find(({ matches, left }) => left > 0 && matches.test(asked));
    if (failing) failing.left -= 1;
    const failure = failing?.failure ?? (headers.authorization ? undefined : unauthenticated);
    if (failure) return sendProblem(response, failure);
    this.#route(asked, body, response);
  }

  #route(asked: string, body: string, response: ServerResponse): void {
    const [, method = "", path = "", query = ""] = /^(\w+) ([^?]+)\??(.*)$/.exec(asked) ?? [];
    const [, provider = "", name = "default"] =
      /^\/v1\/provider-keys\/([^/]+)(?:\/(?!verify$)([^/]+))?/.exec(path) ?? [];
    const one = this.record(`${provider}/${name}`);
    if (path === "/v1/providers") return send(response, { providers: this.providers });
    if (path === "/v1/provider-keys") return send(response, { providerKeys: this.records });
    if (path === "/v1/activity") return send(response, this.#activity(new URLSearchParams(query)));
    if (method === "PUT")
      return this.#save(provider, name, JSON.parse(body) as Record<string, unknown>, response);
    if (!one) return sendProblem(response, { status: 404, code: "PROVIDER_KEY_NOT_FOUND" });
    if (method === "DELETE") {
      this.records = this.records.filter((other) => other !== one);
      response.writeHead(204).end();
    } else if (method === "PATCH") {
      this.#replace(one, { ...one, ...(JSON.parse(body) as object) });
      send(response, { provider, name, ...(JSON.parse(body) as object) });
    } else this.#verify(one, response);
  }

  #save(
    provider: string,
    name: string,
    { apiKey: _, verify: __, ...details }: Record<string, unknown>,
    response: ServerResponse,
  ): void {
    if (this.verdict === "rejected")
      return sendProblem(response, { status: 422, code: "PROVIDER_KEY_REJECTED" });
    const verification = this.verdict === "valid" ? "valid" : "could_not_tell";
    const savedAt = new Date(NOW).toISOString();
    const health = { status: this.verdict, checkedAt: savedAt };
    const saved = {
      provider,
      name,
      state: "active",
      savedAt,
      health,
      useCount: 0,
      ...details,
    } as StoredProviderKey;
    this.records = [...this.records.filter((one) => one !== this.record(`${provider}/${name}`)), saved];
    send(response, { provider, name, state: "active", savedAt, verification });
  }

  #verify(one: StoredProviderKey, response: ServerResponse): void {
    const { provider, name } = one;
    const status = this.verdict === "unknown" ? "unreachable" : this.verdict;
    this.#replace(one, { ...one, health: { status, checkedAt: new Date(NOW).toISOString() } });
    send(response, { provider, name, result: this.verdict });
  }

  #replace(one: StoredProviderKey, by: StoredProviderKey): void {
    // A change takes an attribute away by `null`.
    const kept = Object.entries<unknown>({ ...by }).filter(([, value]) => value !== null);
    this.records = this.records.map((other) =>
      other === one ? (Object.fromEntries(kept) as unknown as StoredProviderKey) : other,
    );
  }

  #activity(query: URLSearchParams): unknown {
    const from = Number(query.get("cursor") ?? 0);
    const to = from + this.pageLength;
    return { events: this.events.slice(from, to), ...(to < this.events.length && { cursor: String(to) }) };
  }
}

const unauthenticated = { status: 401, code: "AUTHENTICATION_REQUIRED" };

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, { status, code, retryAfter, more }: Failure): void {
  const headers = {
    "content-type": "application/problem+json",
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  };
  const problem = { type: "about:blank", title: "A constant text", status, code, ...more };
  response.writeHead(status, headers).end(JSON.stringify(problem));
}

/** As strict as a page can be: the element needs a script and its API, no inline style, no evaluation. */
function pageHeaders(type: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
  };
}
