import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";
import { seen } from "./support/acts.ts";
import { record, someEvents } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

/** What has the focus, by the name that a screen reader gives it. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.querySelector("waxseal-provider-keys")?.shadowRoot?.activeElement;
    if (!element) return "";
    const label =
      element.id && element.getRootNode() instanceof ShadowRoot
        ? (element.getRootNode() as ShadowRoot).querySelector(`label[for="${element.id}"]`)?.textContent
        : undefined;
    return (element.getAttribute("aria-label") ?? label ?? element.textContent)
      .replaceAll(/\s+/g, " ")
      .trim();
  });
}

async function tabTo(page: Page, name: string, back = false): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    passed.push(await focused(page));
    if (passed.at(-1) === name) return;
  }
  throw new Error(`${name} is not reached, but: ${passed.join(", ")}`);
}

async function go(page: Page, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await tabTo(page, name);
    await page.keyboard.press("Enter");
  }
}

const has = (page: Page, name: string) => expect.poll(() => focused(page)).toBe(name);

describe("by keyboard alone", () => {
  test("a key is added, and the focus goes to its row", async () => {
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await seen(page, "No keys yet");
    await go(page, "Add key: Groq");
    await has(page, "API key");
    await page.keyboard.type(canaryKey("groq"));
    await tabTo(page, "Label optional");
    await page.keyboard.type("Fast");
    await tabTo(page, "Expires");
    await page.keyboard.press("ArrowDown");
    await go(page, "Save key");
    await seen(page, "Saved. Groq accepts it.");
    await has(page, "Manage: Groq, Fast");
    expect(JSON.parse(site.api.got.find(({ method }) => method === "PUT")!.body)).toMatchObject({
      label: "Fast",
      expiresAt: "2026-12-02T23:59:59.999Z",
    });
  });

  test("Enter in the field saves", async () => {
    const page = await site.open({ attributes: 'providers="groq"' });
    await seen(page, "No keys yet");
    await go(page, "Add key: Groq");
    await has(page, "API key");
    await page.keyboard.type(canaryKey("groq"));
    await page.keyboard.press("Enter");
    await seen(page, "Saved. Groq accepts it.");
  });

  test("a form without a key says so, in its field", async () => {
    const page = await site.open({ attributes: 'providers="groq"' });
    await seen(page, "No keys yet");
    await go(page, "Add key: Groq", "Save key");
    await seen(page, "Paste the key first.");
    await has(page, "API key");
    expect(site.api.got.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("Escape and Cancel go back to the button that was pressed", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await seen(page, "Configured");
    await go(page, "Add key: Groq");
    await has(page, "API key");
    await page.keyboard.press("Escape");
    await has(page, "Add key: Groq");
    await tabTo(page, "Manage: OpenAI", true);
    await page.keyboard.press("Enter");
    await has(page, "Manage: OpenAI");
    for (const [action, first] of [
      ["Replace: OpenAI", "API key"],
      ["Edit: OpenAI", "Label optional"],
      ["Activity: OpenAI", "Activity of this key"],
      ["Revoke at OpenAI: OpenAI", "Revoke it at OpenAI"],
      ["Remove: OpenAI", "Remove the key for OpenAI?"],
    ] as const) {
      await go(page, action);
      await has(page, first);
      await page.keyboard.press("Escape");
      await has(page, action);
    }
    await page.keyboard.press("Escape");
    await has(page, "Manage: OpenAI");
    await page.keyboard.press("Enter");
    await go(page, "Replace: OpenAI", "Cancel");
    await has(page, "Replace: OpenAI");
  });

  test("a key is replaced, tested, disabled and removed, and the focus is never lost", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ attributes: 'providers="openai"' });
    await seen(page, "Configured");
    await go(page, "Manage: OpenAI", "Replace: OpenAI");
    await has(page, "API key");
    await page.keyboard.type(canaryKey("openai"));
    await page.keyboard.press("Enter");
    await has(page, "Manage: OpenAI");
    await page.keyboard.press("Enter");
    await go(page, "Test: OpenAI");
    await seen(page, "OpenAI accepts it.");
    await has(page, "Test: OpenAI");
    await go(page, "Disable: OpenAI");
    await seen(page, "Disabled. Nobody can use it until you enable it.");
    await has(page, "Enable: OpenAI");
    await go(page, "Remove: OpenAI");
    await has(page, "Remove the key for OpenAI?");
    await go(page, "Remove key");
    await has(page, "Removed here. Revoke it at OpenAI, too.");
    await go(page, "Done");
    await has(page, "Add key: OpenAI");
  });

  test("the order is changed, and the focus goes with the one that moves", async () => {
    site.api.records = [record("openai"), record("openai", { name: "b" }), record("openai", { name: "c" })];
    const page = await site.open({ attributes: 'providers="openai"' });
    await seen(page, "3 keys, used in this order");
    await go(page, "Move up: OpenAI, c");
    await expect.poll(() => page.locator(".one .heading").allInnerTexts()).toEqual(["default", "c", "b"]);
    await has(page, "Move up: OpenAI, c");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".one .heading").allInnerTexts()).toEqual(["c", "default", "b"]);
    await has(page, "Move up: OpenAI, c");
  });

  test("activity is opened, gone through and closed", async () => {
    site.api.records = [record("openai")];
    site.api.events = someEvents();
    site.api.pageLength = 4;
    const page = await site.open({ attributes: 'providers="openai"' });
    await seen(page, "Configured");
    await go(page, "Manage: OpenAI", "Activity: OpenAI");
    await has(page, "Activity of this key");
    await seen(page, "Label, order or expiry changed");
    await go(page, "Show earlier", "Close");
    await has(page, "Activity: OpenAI");
    await page.keyboard.press("Escape");
    await go(page, "Activity");
    await seen(page, "Used 14 times by chat-backend");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".activity").count()).toBe(0);
  });

  test("what is found wrong has the focus", async () => {
    site.api.records = [record("groq")];
    const page = await site.open({ attributes: 'providers="groq"' });
    await seen(page, "Configured");
    await go(page, "Manage: Groq", "Add another key: Groq");
    await has(page, "API key");
    await page.keyboard.type(canaryKey("groq"));
    await tabTo(page, "Name");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("default");
    await page.keyboard.press("Enter");
    await seen(page, "There is a key of this name already.");
    await has(page, "Name");
    expect(await page.getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
  });

  test("every stop shows where it is", async () => {
    site.api.records = [record("openai"), record("openai", { name: "b" })];
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await seen(page, "2 keys, used in this order");
    await go(page, "Add key: Groq");
    await has(page, "API key");
    for (let stop = 0; stop < 12; stop += 1) {
      const outline = await page.evaluate(() => {
        const element = document.querySelector("waxseal-provider-keys")?.shadowRoot?.activeElement;
        return element ? getComputedStyle(element).outlineStyle : "left";
      });
      expect(outline).toMatch(/solid|left/);
      await page.keyboard.press("Tab");
    }
  });
});

describe("a screen reader", () => {
  test("is told what is loaded and what was done, and not every second of a wait", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ attributes: 'providers="openai"', clock: "installed" });
    const status = page.getByRole("status");
    await expect.poll(() => status.innerText()).toBe("Your keys are shown");
    await page.getByRole("button", { name: "Manage: OpenAI" }).click();
    site.api.fail(/verify/, { status: 429, code: "RATE_LIMITED", retryAfter: 20 });
    await page.getByRole("button", { name: "Test: OpenAI" }).click();
    await seen(page, "Try again in 20 seconds.");
    const said = await status.innerText();
    expect(said).toBe("Too many requests. Try again in 20 seconds.");
    await page.clock.runFor(3000);
    await seen(page, "Try again in 17 seconds.");
    expect(await status.innerText()).toBe(said);
  });

  test("gets the rows as a list, and headings one below the other", async () => {
    site.api.records = [record("openai"), record("openai", { name: "b" })];
    const page = await site.open({ attributes: 'providers="openai" heading-level="3"' });
    await seen(page, "2 keys, used in this order");
    const levels = await page
      .getByRole("heading")
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-level")));
    expect(levels).toEqual(["3", "4", "5", "5"]);
    expect(await page.getByRole("list").count()).toBe(2);
  });
});
