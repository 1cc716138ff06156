import type { Browser, BrowserContext, Page } from "playwright-core";
import { FakeApi } from "./fake-api.ts";
import { NOW } from "./fake-records.ts";

const html = (attributes: string, root: string) => `<!doctype html>
<html ${root}>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Settings</title>
<link rel="stylesheet" href="/page.css">
<main><waxseal-provider-keys ${attributes}></waxseal-provider-keys></main>
<script type="module" src="/page.js"></script>
</html>`;

const css = `
:root { color-scheme: light dark; background: light-dark(#fff, #0e0e11); }
body { margin: 0; }
main { max-width: 52rem; margin-inline: auto; padding: 2rem 1.5rem; }
@media (max-width: 40rem) { main { padding: 1.25rem 1rem; } }
`;

/** Keeps what a page would: the events, as text. */
const script = `
import "/element.js";
const element = document.querySelector("waxseal-provider-keys");
window.seen = [];
window.isSignedIn = !location.hash.includes("out");
for (const type of ["waxseal-change", "waxseal-signed-out"])
  document.addEventListener(type, (event) => window.seen.push([type, event.detail]));
element.token = () => (window.isSignedIn ? "a-token" : undefined);
`;

export interface OpenOptions {
  /** Another page than the element's own, which is served there. */
  readonly path?: string;
  /** Of the element. */
  readonly attributes?: string;
  /** Of the page. */
  readonly root?: string;
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
  readonly dark?: boolean;
  readonly signedOut?: boolean;
  /** Whether the page's clock stands still but for `page.clock`. */
  readonly clock?: "fixed" | "installed";
}

/** The element in a page of its own, with the fake API behind it at the same origin. */
export class Site {
  readonly api = new FakeApi();
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  /** What was thrown in a page or said on its console; Chromium itself says there that a request failed. */
  complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(browser: Browser, elementBundle: string): Promise<Site> {
    const site = new Site(browser);
    site.api.serve("/element.js", "text/javascript", elementBundle);
    site.api.serve("/page.js", "text/javascript", script);
    site.api.serve("/page.css", "text/css", css);
    await site.api.start();
    return site;
  }

  async open(options: OpenOptions = {}): Promise<Page> {
    const { attributes = "", root = 'lang="en"', width = 960, height = 800, scale = 1, path = "/" } = options;
    this.api.serve("/", "text/html", html(attributes, root));
    const context = await this.#browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme: options.dark ? "dark" : "light",
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "UTC",
    });
    this.#contexts.push(context);
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const { complaints } = this;
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text());
    });
    if (options.clock === "installed") await page.clock.install({ time: NOW });
    else await page.clock.setFixedTime(NOW);
    await page.goto(`${this.api.origin}${path}${options.signedOut ? "#out" : ""}`);
    return page;
  }

  /** Closes what was opened, and forgets what the API was told. */
  async reset(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    this.api.reset();
    this.complaints = [];
  }

  async stop(): Promise<void> {
    await this.reset();
    await this.api.stop();
  }
}
