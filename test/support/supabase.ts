import { createBrowserClient, createServerClient } from "@supabase/ssr";

const PROJECT_URL = "https://abcdefghijklmnopqrst.supabase.co";

/** Cookies as a browser keeps them for one site, and sends them. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** In the form that `@supabase/ssr` asks for. */
  readonly methods = {
    getAll: () => [...this.#cookies].map(([name, value]) => ({ name, value })),
    setAll: (cookies: { name: string; value: string; options: { maxAge?: number } }[]) => {
      for (const { name, value, options } of cookies) {
        if (options.maxAge === 0) this.#cookies.delete(name);
        else this.#cookies.set(name, value);
      }
    },
  };

  get names(): string[] {
    return [...this.#cookies.keys()];
  }

  /** The `Cookie` header; values are encoded as every library for cookies does. */
  header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; ");
  }
}

export interface SignInOptions {
  readonly client?: "server" | "browser";
  readonly encoding?: "base64url" | "raw";
  /** How many characters the person's metadata has: a long session is kept in chunks. */
  readonly metadataLength?: number;
  readonly metadata?: Record<string, unknown>;
  readonly jar?: CookieJar;
}

/**
 * Signs in with the real `@supabase/ssr`, as of a project of theirs; only the
 * answer of its auth server is made up.
 *
 * @param accessToken - a token that is not expired.
 */
export async function signIn(accessToken: string, options: SignInOptions = {}): Promise<CookieJar> {
  const { client = "server", encoding = "base64url", metadataLength = 0, metadata = {} } = options;
  const { jar = new CookieJar() } = options;
  const user = {
    id: "ada",
    aud: "authenticated",
    email: "ada@example.com",
    user_metadata: { ...metadata, about: "é;".repeat(metadataLength / 2) },
    app_metadata: {},
    created_at: "2026-11-01T00:00:00Z",
  };
  const clientOptions = {
    cookies: jar.methods,
    cookieEncoding: encoding,
    global: { fetch: () => Promise.resolve(Response.json(user)) },
    auth: { autoRefreshToken: false },
  };
  const supabase =
    client === "server"
      ? createServerClient(PROJECT_URL, "anonymous", clientOptions)
      : createBrowserClient(PROJECT_URL, "anonymous", { ...clientOptions, isSingleton: false });
  const { error } = await supabase.auth.setSession({ access_token: accessToken, refresh_token: "refresh" });
  if (error) throw error;
  return jar;
}
