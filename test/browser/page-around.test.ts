import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { webBundle, webEntries } from "../../infra/bundle-web.ts";
import { canaryKey } from "../support/keys.ts";
import { eventsOf, paste, press, seen, textOf } from "./support/acts.ts";
import { record, someRecords } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const openai = { attributes: 'providers="openai"' };

describe("themes", () => {
  const surface = (page: Awaited<ReturnType<typeof site.open>>) =>
    page.locator(".list").evaluate((list) => getComputedStyle(list).backgroundColor);
  const light = "rgb(255, 255, 255)";
  const dark = "rgb(22, 22, 26)";

  test("follow the page's color-scheme, and the attribute before it", async () => {
    const page = await site.open(openai);
    await seen(page, "No keys yet");
    expect(await surface(page)).toBe(light);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await surface(page)).toBe(dark);
    const element = page.locator("waxseal-provider-keys");
    await element.evaluate((one) => one.setAttribute("theme", "light"));
    expect(await surface(page)).toBe(light);
    await element.evaluate((one) => one.setAttribute("theme", "auto"));
    expect(await surface(page)).toBe(dark);
    // A page that is light whatever the system is.
    await page.evaluate(() => document.documentElement.style.setProperty("color-scheme", "only light"));
    await element.evaluate((one) => one.removeAttribute("theme"));
    expect(await surface(page)).toBe(light);
    await element.evaluate((one) => one.setAttribute("theme", "dark"));
    expect(await surface(page)).toBe(dark);
  });

  test("take custom properties and parts of the page's style sheet", async () => {
    const page = await site.open(openai);
    await seen(page, "No keys yet");
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`
        waxseal-provider-keys { --waxseal-surface: rgb(1, 2, 3); --waxseal-radius: 3px; }
        waxseal-provider-keys::part(heading) { font-size: 40px; }`);
      document.adoptedStyleSheets.push(sheet);
    });
    expect(await surface(page)).toBe("rgb(1, 2, 3)");
    expect(await page.locator(".list").evaluate((list) => getComputedStyle(list).borderRadius)).toBe("3px");
    expect(await page.locator(".h0").evaluate((one) => getComputedStyle(one).fontSize)).toBe("40px");
  });

  test("are those of the system where colours are forced, with a border around what was told by colour", async () => {
    site.api.records = someRecords();
    const page = await site.open({ attributes: 'providers="google"' });
    await seen(page, "Refused");
    await page.emulateMedia({ forcedColors: "active" });
    const border = page.locator(".pill.bad").evaluate((pill) => getComputedStyle(pill).borderTopStyle);
    expect(await border).toBe("solid");
  });

  test("from right to left nothing sticks to the left", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ ...openai, root: 'lang="ar" dir="rtl"' });
    await seen(page, "Configured");
    const left = (selector: string) =>
      page.locator(selector).evaluate((one) => one.getBoundingClientRect().left);
    expect(await left(".actions")).toBeLessThan(await left(".pills"));
    expect(await left(".pills")).toBeLessThan(await left(".what"));
    expect(await left(".what")).toBeLessThan(await left(".tile"));
  });
});

describe("texts", () => {
  test("can be replaced, with times and numbers in their language", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ ...openai, root: 'lang="de-CH"' });
    await seen(page, "Configured");
    await page.locator("waxseal-provider-keys").evaluate((element) => {
      (element as HTMLElementTagNameMap["waxseal-provider-keys"]).strings = {
        language: "de",
        configured: "Hinterlegt",
        saved: "Gespeichert {when}",
        notUsed: "Noch nicht benutzt",
      };
    });
    await seen(page, "Gespeichert vor 3 Wochen");
    expect(await textOf(page)).toContain("Hinterlegt");
    expect(await page.locator(".page").getAttribute("lang")).toBe("de-CH");
  });

  test("of the heading can be the page's own", async () => {
    const page = await site.open(openai);
    await page.locator("waxseal-provider-keys").evaluate((element) => {
      const heading = Object.assign(document.createElement("h2"), {
        slot: "heading",
        textContent: "My title",
      });
      element.append(heading);
    });
    await seen(page, "My title");
    expect(await page.getByRole("heading", { name: "Provider keys" }).count()).toBe(0);
  });

  test("for functions and back ends are the page's own, and kind by themselves", async () => {
    const used = (provider: string, lastUsedBy: string) =>
      record(provider, { lastUsedAt: new Date(0).toISOString(), lastUsedBy });
    site.api.records = [
      used("openai", "waxseal-prod-provider-proxy"),
      used("groq", "waxseal-prod-verify"),
      used("google", "chat-backend"),
    ];
    const page = await site.open({ attributes: 'providers="openai groq google"' });
    await page.locator("waxseal-provider-keys").evaluate((element) => {
      (element as HTMLElementTagNameMap["waxseal-provider-keys"]).callers = { "chat-backend": "the chat" };
    });
    for (const who of ["this app", "a test", "the chat"]) await seen(page, new RegExp(`, by ${who}`));
  });
});

/** As an application of React 19 uses it. */
const reactPage = `
import "/element.js";
import { createElement, useState } from "react";
import { createRoot } from "react-dom/client";

function Settings() {
  const [changes, setChanges] = useState([]);
  return createElement("div", null,
    createElement("waxseal-provider-keys", {
      providers: ["openai", "groq"],
      token: () => "a-token",
      callers: {},
      "onwaxseal-change": ({ detail }) => setChanges((before) => [...before, detail]),
    }),
    createElement("output", null, JSON.stringify(changes)));
}
createRoot(document.querySelector("main")).render(createElement(Settings));
`;

describe("in React", () => {
  test("its properties are set, its events are heard, and drawing again keeps what is shown", async () => {
    const { outputFiles } = await build({
      stdin: { contents: reactPage, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format: "esm",
      external: ["/element.js"],
      define: { "process.env.NODE_ENV": '"production"' },
    });
    site.api.serve("/react.js", "text/javascript", outputFiles[0]!.text);
    const html =
      '<!doctype html><html lang="en"><title>Settings</title><main></main><script type="module" src="/react.js"></script>';
    site.api.serve("/react", "text/html", html);
    const page = await site.open(openai);
    await page.goto(`${site.api.origin}/react`);
    await press(page, "Add key: Groq");
    await paste(page, canaryKey("groq"));
    await press(page, "Save key");
    await seen(page, "Saved. Groq accepts it.");
    const change = { type: "added", provider: "groq", name: "default" };
    await expect.poll(() => page.locator("output").innerText()).toBe(JSON.stringify([change]));
    await press(page, "Add key: OpenAI");
    await paste(page, canaryKey("openai"));
    await press(page, "Save key");
    await seen(page, "Saved. OpenAI accepts it.");
  });
});

describe("the client by itself", () => {
  test("works in a page without a bundler", async () => {
    site.api.serve("/client.js", "text/javascript", await webBundle(webEntries.client));
    const script = `
      import { createClient, isWaxsealApiError } from "/client.js";
      const client = createClient({ token: () => "a-token" });
      await client.save({ provider: "groq" }, { apiKey: "pasted", label: "Work" });
      const failed = await client.remove({ provider: "openai" }).catch((error) => error);
      const [{ provider, label }] = await client.list();
      document.title = [provider, label, isWaxsealApiError(failed, "PROVIDER_KEY_NOT_FOUND")].join();`;
    site.api.serve("/with-client.js", "text/javascript", script);
    const html = '<!doctype html><title></title><script type="module" src="/with-client.js"></script>';
    site.api.serve("/with-client", "text/html", html);
    const page = await site.open(openai);
    await page.goto(`${site.api.origin}/with-client`);
    await expect.poll(() => page.title()).toBe("groq,Work,true");
  });
});

describe("two of them in a page", () => {
  test("do not know of each other", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await seen(page, "Configured");
    await page.evaluate(() => {
      const other = document.createElement("waxseal-provider-keys");
      other.token = () => "a-token";
      other.providers = "groq";
      document.querySelector("main")?.append(other);
    });
    await press(page, "Add key: Groq");
    await press(page, "Manage: OpenAI");
    expect(await page.locator(".panel").count()).toBe(2);
    expect(await eventsOf(page)).toEqual([]);
  });
});
