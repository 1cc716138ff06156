import { describe, expect, test } from "vitest";
import { manage, press, seen, textOf } from "./support/acts.ts";
import { ago, record, someEvents, someRecords } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const groq = { attributes: 'providers="groq"' };
const openai = { attributes: 'providers="openai"' };

describe("activity", () => {
  test("of one is only its own, page by page", async () => {
    site.api.records = someRecords();
    site.api.events = someEvents();
    site.api.pageLength = 4;
    const page = await site.open({ attributes: 'providers="openai anthropic"' });
    await manage(page, "OpenAI, Team account", "Activity");
    await seen(page, "Label, order or expiry changed");
    const lines = page.locator(".activity li");
    expect((await lines.first().innerText()).replaceAll("\n", " ")).toBe(
      "Used 14 times by chat-backend 2 minutes ago",
    );
    while (await page.getByText("Show earlier").isVisible()) {
      const before = await lines.count();
      await press(page, "Show earlier");
      await expect.poll(() => lines.count()).toBeGreaterThan(before);
      await page.locator('.activity[aria-busy="false"]').waitFor();
    }
    await seen(page, "That is all.");
    expect(await lines.count()).toBe(10);
    expect(await textOf(page)).not.toContain("Anthropic, Work, ");
  });

  test("of one that nothing happened to lately is looked for far back, but not without end", async () => {
    site.api.records = [record("groq")];
    const at = (place: number) => ago(place * 60);
    site.api.events = Array.from({ length: 40 }, (_one, place) => {
      return { type: "key_used", provider: "openai", name: "default", at: at(place), caller: "x" };
    });
    site.api.events.push({ type: "key_saved", provider: "groq", name: "default", at: at(41) });
    site.api.pageLength = 5;
    const page = await site.open(groq);
    await manage(page, "Groq", "Activity");
    await seen(page, "Nothing since 1 day ago.");
    await press(page, "Show earlier");
    await page.locator(".activity li").getByText("Saved").waitFor();
    const pages = site.api.got.filter(({ url }) => url.startsWith("/v1/activity"));
    expect(pages.length).toBe(9);
  });

  test("of all says of which", async () => {
    site.api.records = someRecords();
    site.api.events = someEvents();
    const page = await site.open({ attributes: 'providers="openai anthropic"' });
    await press(page, "Activity");
    await seen(page, "That is all.");
    const lines = await page.locator(".activity li").allInnerTexts();
    expect(lines.slice(0, 2).map((line) => line.replaceAll(/\s+/g, " "))).toEqual([
      "Used 14 times by chat-backend OpenAI2 minutes ago",
      "Used by chat-backend Anthropic3 hours ago",
    ]);
  });

  test("that cannot be loaded says so, and can be tried again", async () => {
    site.api.records = [record("openai")];
    site.api.events = someEvents();
    site.api.fail(/activity/, { status: 500, code: "INTERNAL" });
    const page = await site.open(openai);
    await manage(page, "OpenAI", "Activity");
    await seen(page, "That did not work (INTERNAL).");
    site.api.heal();
    await press(page, "Try again");
    await seen(page, "That is all.");
  });
});
