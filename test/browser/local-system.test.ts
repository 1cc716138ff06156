import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { startForTest } from "../support/local-system.ts";
import { manage, paste, press, seen } from "./support/acts.ts";

let browser: Browser;
let system: LocalSystem;
const pages = createServer((request, response) => {
  const isScript = request.url === "/element.js";
  response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
  response.end(isScript ? inject("elementBundle") : "<!doctype html><html lang=en><main></main>");
});

beforeAll(async () => {
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  [system, browser] = await Promise.all([
    startForTest({ origins: [origin] }),
    chromium.connect(inject("browser")),
  ]);
});
afterAll(async () => {
  pages.close();
  await browser.close();
  await system.close();
});

test("the element, in a page of another origin, works with the system that is deployed", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  await page.addScriptTag({ type: "module", url: "/element.js" });
  const token = await system.token("a-person");
  await page.evaluate(
    ({ api, token }) => {
      const element = document.createElement("waxseal-provider-keys");
      element.baseUrl = api;
      element.token = () => token;
      element.providers = ["openai", "anthropic"];
      document.querySelector("main")?.append(element);
    },
    { api: system.api, token },
  );
  await seen(page, "No keys yet");
  await press(page, "Add key: OpenAI");
  await paste(page, ` Bearer ${canaryKey("openai")}`);
  await page.getByLabel("Label").fill("Team");
  await page.getByLabel("Expires").selectOption("30");
  await press(page, "Save key");
  await seen(page, /^Saved\./);
  await manage(page, "OpenAI, Team", "Test");
  await seen(page, "OpenAI accepts it.");
  await seen(page, /^Used .*, by a test/);
  await press(page, "Disable: OpenAI, Team");
  await seen(page, "Disabled");
  await press(page, "Edit: OpenAI, Team");
  await page.getByLabel("Label").fill("Mine");
  await press(page, "Save changes");
  await press(page, "Enable: OpenAI, Mine");
  await seen(page, "Configured");
  await press(page, "Add another key: OpenAI");
  await paste(page, canaryKey("openai"));
  await press(page, "Save key");
  await seen(page, "2 keys, used in this order");
  await press(page, "Move up: OpenAI, key-2");
  await expect.poll(() => page.locator(".one .heading").allInnerTexts()).toEqual(["key-2", "Mine"]);
  await manage(page, "OpenAI, key-2", "Remove");
  await press(page, "Remove key");
  await seen(page, "Removed here. Revoke it at OpenAI, too.");
});
