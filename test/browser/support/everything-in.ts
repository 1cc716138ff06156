import type { Page } from "playwright-core";

/** All that a page keeps or shows, as text: every shadow root, every value, storage of every kind, history. */
export async function everythingIn(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts: string[] = [];
    const look = (root: Document | ShadowRoot | Element) => {
      if (root instanceof ShadowRoot) texts.push(root.innerHTML);
      for (const element of root.querySelectorAll("*")) {
        if ("value" in element) texts.push(String(element.value));
        texts.push(...element.getAttributeNames().map((name) => `${name}=${element.getAttribute(name)}`));
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    texts.push(document.documentElement.outerHTML, document.cookie, location.href, document.title);
    look(document);
    for (const storage of [localStorage, sessionStorage]) texts.push(JSON.stringify(Object.entries(storage)));
    texts.push(JSON.stringify(await indexedDB.databases()), JSON.stringify(await caches.keys()));
    texts.push(JSON.stringify(history.state), String(history.length), String(getSelection()));
    texts.push(JSON.stringify(performance.getEntries()), window.name);
    texts.push(JSON.stringify((globalThis as unknown as { seen: unknown }).seen));
    return texts.join("\n");
  });
}

export interface Watched {
  readonly console: string[];
  /** Every request of the page: its address, headers and body. */
  readonly network: string[];
}

export function watch(page: Page): Watched {
  const watched: Watched = { console: [], network: [] };
  page.on("console", (message) => watched.console.push(message.text()));
  page.on("pageerror", (error) => watched.console.push(String(error.stack)));
  page.on("request", (request) => {
    watched.network.push(
      `${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ""}`,
    );
  });
  return watched;
}
