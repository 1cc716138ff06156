import { describe, expect, test } from "vitest";
import { manage, seen, textOf } from "./support/acts.ts";
import { ago, DAY, HOUR, record, someRecords } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

async function rowsOf(shown: string, root?: string): Promise<string[]> {
  const page = await site.open({ attributes: `providers="${shown}"`, ...(root !== undefined && { root }) });
  const rows = page.locator(".provider:has(.actions)");
  await rows.first().waitFor();
  // Without the two letters of its tile.
  return (await rows.allInnerTexts()).map((text) =>
    text
      .replaceAll(/\s+/g, " ")
      .replace(/^ ?\S{2} /, "")
      .trim(),
  );
}

describe("a row says", () => {
  test("that nothing is configured, for every provider", async () => {
    const page = await site.open();
    await seen(page, "No keys yet");
    expect(await page.getByText("Not configured").count()).toBe(site.api.providers.length);
    expect(await page.getByRole("button", { name: "Add key: OpenAI", exact: true }).count()).toBe(1);
  });

  test("label, last use and who by, and when it was saved", async () => {
    site.api.records = [record("openai", { label: "Team", lastUsedAt: ago(2), lastUsedBy: "chat-backend" })];
    expect(await rowsOf("openai")).toEqual([
      "OpenAI Team Used 2 minutes ago, by chat-backendSaved 3 weeks ago Configured Manage",
    ]);
  });

  test("that it was not used yet, and a name that is not the usual one", async () => {
    site.api.records = [record("openai", { name: "work", savedAt: ago(0) })];
    expect(await rowsOf("openai")).toEqual(["OpenAI work Not used yetSaved just now Configured Manage"]);
  });

  test("one row each where there are several, in the order of use", async () => {
    site.api.records = [
      record("openai", { name: "zulu" }),
      record("openai", { name: "alpha" }),
      record("openai", { name: "default" }),
      record("openai", { name: "second", order: 2 }),
      record("openai", { name: "first", order: 1, label: "The first" }),
      { provider: "openai", name: "broken", state: "unreadable" },
    ];
    const page = await site.open({ attributes: 'providers="openai"' });
    await seen(page, "6 keys, used in this order");
    const names = await page.locator(".one .heading").allInnerTexts();
    expect(names).toEqual(["default", "The first", "second", "alpha", "zulu", "broken"]);
  });

  test("what is wrong with it: refused, disabled, expired, unreadable", async () => {
    site.api.records = [
      record("openai", { health: { status: "rejected", checkedAt: ago(1) } }),
      record("anthropic", { state: "disabled" }),
      record("google", { state: "expired", expiresAt: ago(1) }),
      { provider: "groq", name: "default", state: "unreadable" },
    ];
    const rows = await rowsOf("openai anthropic google groq");
    expect(rows.map((row) => row.replace(/^.*ago /, ""))).toEqual([
      "Refused Configured Manage",
      "Disabled Manage",
      "Expired Manage",
      "Groq What is stored cannot be read. Replace it with your key for Groq. Needs to be entered again Manage",
    ]);
  });

  test("when it expires, if that is soon", async () => {
    site.api.records = [
      record("openai", { expiresAt: ago(-1 * DAY - HOUR) }),
      record("anthropic", { expiresAt: ago(-13 * DAY) }),
      record("google", { expiresAt: ago(-15 * DAY) }),
      record("groq", { expiresAt: ago(1) }),
    ];
    const rows = await rowsOf("openai anthropic google groq");
    expect(rows.map((row) => row.replace(/^.*ago /, ""))).toEqual([
      "Expires in 1 day Configured Manage",
      "Expires in 13 days Configured Manage",
      "Configured Manage",
      "Expired Manage",
    ]);
  });

  test("the exact times, uses, health and name in its details", async () => {
    site.api.records = [
      record("openai", {
        lastUsedAt: ago(2),
        lastUsedBy: "chat-backend",
        useCount: 1204,
        expiresAt: ago(-90 * DAY),
      }),
    ];
    const page = await site.open({ attributes: 'providers="openai"', root: 'lang="en-GB"' });
    await manage(page, "OpenAI");
    const details = await page.locator("dl > div").allInnerTexts();
    expect(details.map((text) => text.replaceAll(/\s*\n\s*/g, ": "))).toEqual([
      "Saved: 4 Nov 2026, 10:00",
      "Last used: 25 Nov 2026, 09:58: by chat-backend",
      "Uses: 1,204 times",
      "Health: Works, seen 5 minutes ago",
      "Expires: 23 Feb 2027, 10:00",
      "Name: default",
    ]);
  });

  test("the exact time of each time in words", async () => {
    site.api.records = [record("openai", { lastUsedAt: ago(2) })];
    const page = await site.open({ attributes: 'providers="openai"' });
    const times = page.locator("time");
    await times.first().waitFor();
    expect(await times.first().getAttribute("datetime")).toBe(ago(2));
    expect(await times.first().getAttribute("title")).toBe("Nov 25, 2026, 9:58 AM");
  });

  test("that its provider is not offered any more, and lets it be removed alone", async () => {
    site.api.records = [record("our-models")];
    const page = await site.open({ attributes: 'providers="openai our-models"' });
    await manage(page, "our-models");
    expect(await textOf(page)).toContain("This app does not offer this provider any more.");
    expect(await page.locator(".panel button").allInnerTexts()).toEqual(["Edit", "Activity", "Remove"]);
  });

  test("of one that cannot be read: only what needs no reading can be done", async () => {
    site.api.records = [{ provider: "groq", name: "default", state: "unreadable" }];
    const page = await site.open({ attributes: 'providers="groq"' });
    await manage(page, "Groq");
    const buttons = ["Replace", "Activity", "Add another key", "Revoke at Groq", "Remove"];
    expect(await page.locator(".panel button").allInnerTexts()).toEqual(buttons);
  });
});

describe("the rows", () => {
  test("are those of the attribute, in its order, and what is unknown is left out", async () => {
    site.api.records = someRecords();
    const rows = await rowsOf("mistral, nowhere  openai");
    expect(rows.map((row) => row.split(" ")[0])).toEqual(["Mistral", "OpenAI"]);
  });

  test("grow older with the clock", async () => {
    site.api.records = [record("openai", { lastUsedAt: ago(2) })];
    const page = await site.open({ attributes: 'providers="openai"', clock: "installed" });
    await seen(page, "Used 2 minutes ago");
    await page.clock.runFor(60_000);
    await seen(page, "Used 3 minutes ago");
  });
});
