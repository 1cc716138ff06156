/** How a client reaches the API, and who it is. */
export interface ClientOptions {
  /** The API's address, with its stage's path if it has one. The page's own origin where it is left out. */
  readonly baseUrl?: string | URL;
  /**
   * The signed-in person's token, asked for before every request. Without it the browser sends the cookies of the
   * page's own origin.
   */
  readonly token?: () => string | undefined | Promise<string | undefined>;
  readonly fetch?: typeof fetch;
  /** How long a read waits, all in all, for a `Retry-After` to pass before it fails. 10; 0 for never. */
  readonly maxRetryWaitSeconds?: number;
  /** How long one request may take. 30. */
  readonly timeoutSeconds?: number;
}

export interface Settings {
  /** Without a slash at its end. */
  readonly base: string;
  readonly token: ClientOptions["token"];
  readonly fetch: typeof fetch;
  readonly maxRetryWaitSeconds: number;
  readonly timeoutSeconds: number;
}

/** @throws {TypeError} for an address that is none, or one over which a provider key would travel in clear. */
export function settingsOf(options: ClientOptions): Settings {
  return {
    base: baseOf(options.baseUrl),
    token: options.token,
    // Called by its name: browsers refuse it as a method of anything but the window.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    maxRetryWaitSeconds: options.maxRetryWaitSeconds ?? 10,
    timeoutSeconds: options.timeoutSeconds ?? 30,
  };
}

function baseOf(baseUrl: string | URL = ""): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const url = new URL(String(baseUrl) || "/", page);
  if (url.protocol !== "https:" && !isLoopback(url))
    throw new TypeError("Waxseal: baseUrl must be https, but for this machine itself");
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
