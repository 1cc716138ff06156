import { ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import type { Page } from "playwright-core";
import { webBundle, webEntries } from "../../infra/bundle-web.ts";
import { manage, paste, press, seen } from "../browser/support/acts.ts";
import { canaryKey } from "../support/keys.ts";
import type { Example } from "./example.ts";
import type { World } from "./world.ts";

const examples = path.join(import.meta.dirname, "../../docs/examples");

type Files = Readonly<Record<string, string>>;
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** A browser at a page of these files, from which a person saves a key and tests it. */
async function use(world: World, files: Files, until: (page: Page) => Promise<unknown>): Promise<void> {
  world.serve((request, response) => {
    const name = request.url === "/" ? "index.html" : (request.url ?? "/").slice(1);
    const file = files[name];
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": types[path.extname(name)] ?? "text/plain" }).end(file);
  });
  const context = await (await world.browser()).newContext();
  try {
    const page = await context.newPage();
    await page.goto(world.origin);
    await press(page, "Add key: OpenAI");
    await paste(page, canaryKey("openai"));
    await press(page, "Save key");
    await seen(page, /^Saved\./);
    await until(page);
    await manage(page, "OpenAI", "Test");
    await seen(page, "OpenAI accepts it.");
  } finally {
    await context.close();
  }
}

async function plainPage(world: World): Promise<void> {
  const read = (name: string) => readFile(path.join(examples, "plain-page", name), "utf8");
  const token = await world.system.token("example-plain-page");
  const session = `
    export const apiUrl = ${JSON.stringify(world.system.api)};
    export const accessToken = () => ${JSON.stringify(token)};
    export const signIn = () => undefined;`;
  const files = {
    "index.html": await read("index.html"),
    "page.css": await read("page.css"),
    "page.js": await read("page.js"),
    "session.js": session,
    "waxseal-element.js": await webBundle(webEntries.element),
  };
  await use(world, files, async (page) => ok((await page.title()).includes("openai added")));
}

async function reactPage(world: World): Promise<void> {
  const token = await world.system.token("example-react-page");
  const application = `
    import { createElement } from "react";
    import { createRoot } from "react-dom/client";
    import { Settings } from "./settings.tsx";
    const props = { apiUrl: ${JSON.stringify(world.system.api)}, token: async () => ${JSON.stringify(token)} };
    createRoot(document.getElementById("root")).render(createElement(Settings, props));`;
  const { outputFiles } = await build({
    stdin: { contents: application, resolveDir: path.join(examples, "react-page") },
    plugins: [publishedElement],
    ...{ bundle: true, write: false, format: "esm", jsx: "automatic" },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const html = '<!doctype html><html lang="en"><title>Settings</title><div id="root"></div>';
  const files = {
    "index.html": `${html}<script type="module" src="application.js"></script></html>`,
    "application.js": outputFiles[0]?.text ?? "",
  };
  await use(world, files, (page) => page.getByText("openai: added").waitFor());
}

/** What an application's bundler finds in the package. */
const publishedElement: Plugin = {
  name: "published-element",
  setup: (building) => {
    const filter = /^waxseal\/element$/;
    building.onResolve({ filter }, () => ({ path: "element", namespace: "waxseal", sideEffects: true }));
    building.onLoad({ filter: /.*/, namespace: "waxseal" }, async () => {
      return { contents: await webBundle(webEntries.element), loader: "js" };
    });
  },
};

export const pageExamples: readonly Example[] = [
  { name: "plain-page", says: "the settings element in a page without a bundler", run: plainPage },
  { name: "react-page", says: "the settings element in React", run: reactPage },
];
