import { webBundle } from "../../../infra/bundle-web.ts";
import { pageFiles, pageHeaders } from "../../../local/demo/files.ts";
import { nothing, someView, useId } from "./demo-view.ts";
import { ago, record } from "./fake-records.ts";
import type { Scene, Stage } from "./scenes.ts";

const options = { path: "/demo" };

/** The demo page as it is, over the fake API: with the same data at every time. */
export async function serveDemo({ api }: Stage): Promise<void> {
  for (const [path, { type, content }] of pageFiles())
    api.serve(path === "/" ? options.path : path, type, await content(), { headers: pageHeaders });
  api.serve("/_demo/element.js", "text/javascript", await webBundle("web/element/index.ts"));
  api.serve("/local/token", "text/plain", "a-token");
  const words = ["Sealed", ", used", ", accounted", " for."];
  const events = words.map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  api.serve("/proxy/openai/v1/chat/completions", "text/event-stream", events.join(""), {
    headers: { "waxseal-use-id": useId, "waxseal-slot": "openai/default" },
  });
}

function before(view: object, isUsed: boolean) {
  return ({ api }: Stage) => {
    api.serve("/_demo/live", "text/event-stream", `data: ${JSON.stringify(view)}\n\n`, { staysOpen: true });
    const used = { lastUsedAt: ago(0), lastUsedBy: "waxseal-local-provider-proxy", useCount: 2 };
    api.records = isUsed ? [record("openai", { ...used, savedAt: ago(1.6) })] : [];
  };
}

/** What `npm run screenshots` takes of it. */
export const demoScenes: readonly Scene[] = [
  { name: "demo-empty", options, before: before(nothing, false), until: "No keys yet" },
  {
    name: "demo",
    options,
    before: before(someView(), true),
    act: async (page) => {
      await page.getByText("Configured", { exact: true }).waitFor();
      await page.getByLabel("Your message").fill("What happens to my key?");
      await page.getByRole("button", { name: "Send" }).click();
    },
    until: "Answered under",
  },
  {
    name: "demo-lines",
    options,
    before: before(someView(), true),
    act: async (page) => {
      await page.locator(".story summary").nth(1).click();
      await page.locator(".story pre").nth(2).waitFor();
      await page.locator(".record summary").first().click();
    },
    until: "The whole record",
  },
];
