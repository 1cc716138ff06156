import { describe, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";
import { eventsOf, field, manage, paste, press, seen, textOf } from "./support/acts.ts";
import { ago, DAY, record, someEvents, someRecords } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const groq = { attributes: 'providers="groq"' };
const openai = { attributes: 'providers="openai"' };
const change = (type: string, provider: string, name = "default") => [
  "waxseal-change",
  { type, provider, name },
];

/** What was asked of the API beside reading. */
const changes = () =>
  site.api.got
    .filter(({ method }) => method !== "GET")
    .map(({ method, url, body }) => [method, url, ...(body === "" ? [] : [JSON.parse(body) as unknown])]);

describe("adding", () => {
  test("the first goes to the usual name, with label and expiry", async () => {
    const apiKey = canaryKey("groq");
    const page = await site.open(groq);
    await press(page, "Add key: Groq");
    await paste(page, apiKey);
    await page.getByLabel("Label").fill("  Fast models ");
    await page.getByLabel("Expires").selectOption({ label: "In 30 days" });
    await press(page, "Save key");
    await seen(page, "Saved. Groq accepts it.");
    const body = { apiKey, label: "Fast models", expiresAt: "2026-12-25T23:59:59.999Z" };
    expect(changes()).toEqual([["PUT", "/v1/provider-keys/groq/default", body]]);
    expect(await eventsOf(page)).toEqual([change("added", "groq")]);
    expect(await textOf(page)).toContain("Configured");
    expect(await field(page).count()).toBe(0);
  });

  test("another has a name of its own", async () => {
    site.api.records = [record("groq"), record("groq", { name: "key-2" })];
    const page = await site.open(groq);
    await press(page, "Add another key: Groq");
    expect(await page.getByLabel("Name").inputValue()).toBe("key-3");
    await paste(page, canaryKey("groq"));
    for (const [name, said] of [
      ["key-2", "There is a key of this name already."],
      ["A name!", "Use small letters, digits and dashes, 32 at most."],
      ["verify", "Use small letters, digits and dashes, 32 at most."],
    ] as const) {
      await page.getByLabel("Name").fill(name);
      await press(page, "Save key");
      await seen(page, said);
    }
    await page.getByLabel("Name").fill("work");
    await press(page, "Save key");
    await seen(page, "Saved. Groq accepts it.");
    expect(changes().map(([, url]) => url)).toEqual(["/v1/provider-keys/groq/work"]);
    expect(await page.locator(".one .heading").allInnerTexts()).toEqual(["default", "key-2", "work"]);
  });

  test("one that the provider refuses is not stored, and the form stays to be tried again", async () => {
    site.api.verdict = "rejected";
    const page = await site.open(groq);
    await press(page, "Add key: Groq");
    await page.getByLabel("Label").fill("Kept");
    await paste(page, canaryKey("groq"));
    await press(page, "Save key");
    await seen(page, "Groq refused this key. Nothing was stored.");
    expect(await field(page).inputValue()).toBe("");
    expect(await page.getByLabel("Label").inputValue()).toBe("Kept");
    expect(await eventsOf(page)).toEqual([]);
    site.api.verdict = "valid";
    await paste(page, canaryKey("groq"));
    await press(page, "Save key");
    await seen(page, "Saved. Groq accepts it.");
  });

  test("one that could not be asked about is stored, with a warning", async () => {
    site.api.verdict = "unknown";
    const page = await site.open(groq);
    await press(page, "Add key: Groq");
    await paste(page, canaryKey("groq"));
    await press(page, "Save key");
    await seen(page, "Saved, though Groq could not be asked whether it accepts it.");
  });

  test("one that the API takes for another provider's is said to be", async () => {
    site.api.fail(/PUT/, { status: 400, code: "OTHER_PROVIDERS_KEY", more: { looksLike: "anthropic" } });
    const page = await site.open(groq);
    await press(page, "Add key: Groq");
    await paste(page, canaryKey("groq"));
    await press(page, "Save key");
    await seen(page, "This looks like a key for Anthropic. Nothing was stored.");
  });

  test("it is sent once, however often it is pressed", async () => {
    const release = site.api.hold(/PUT/);
    const page = await site.open(groq);
    await press(page, "Add key: Groq");
    await paste(page, canaryKey("groq"));
    await press(page, "Save key");
    await page.getByRole("button", { name: "Saving" }).click({ force: true });
    await page.getByLabel("Label").press("Enter");
    release();
    await seen(page, "Saved. Groq accepts it.");
    expect(changes()).toHaveLength(1);
  });
});

describe("replacing", () => {
  test("keeps label, place and expiry", async () => {
    const expiresAt = ago(-90 * DAY);
    site.api.records = [record("openai", { label: "Team", order: 3, expiresAt })];
    const apiKey = canaryKey("openai");
    const page = await site.open(openai);
    await manage(page, "OpenAI, Team", "Replace");
    await paste(page, apiKey);
    await press(page, "Save key");
    await seen(page, "Saved. OpenAI accepts it.");
    const body = { apiKey, label: "Team", order: 3, expiresAt };
    expect(changes()).toEqual([["PUT", "/v1/provider-keys/openai/default", body]]);
    expect(await eventsOf(page)).toEqual([change("replaced", "openai")]);
  });
});

describe("testing", () => {
  test.for([
    ["valid", "OpenAI accepts it."],
    ["rejected", "OpenAI refuses it. Replace it, or look there whether it was revoked."],
    ["unknown", "OpenAI could not say. Try again later."],
  ] as const)("says what the provider said: %s", async ([verdict, said]) => {
    site.api.records = [record("openai")];
    site.api.verdict = verdict;
    const page = await site.open(openai);
    await manage(page, "OpenAI", "Test");
    await page.locator(".notice").getByText(said).waitFor();
    expect(changes()).toEqual([["POST", "/v1/provider-keys/openai/default/verify"]]);
    expect(await eventsOf(page)).toEqual([change("tested", "openai")]);
    expect(await page.getByText("Refused", { exact: true }).count()).toBe(verdict === "rejected" ? 1 : 0);
    await press(page, "Dismiss");
    await page.locator(".notice").waitFor({ state: "detached" });
  });
});

describe("changing", () => {
  test("disables and enables", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await manage(page, "OpenAI", "Disable");
    await seen(page, "Disabled. Nobody can use it until you enable it.");
    expect(await page.locator(".pill").allInnerTexts()).toEqual(["Disabled"]);
    await press(page, "Enable: OpenAI");
    await page.locator(".pill").getByText("Configured").waitFor();
    const address = "/v1/provider-keys/openai/default";
    expect(changes()).toEqual([
      ["PATCH", address, { state: "disabled" }],
      ["PATCH", address, { state: "active" }],
    ]);
    expect(await eventsOf(page)).toEqual([change("disabled", "openai"), change("enabled", "openai")]);
  });

  test("sends only what was changed of label and expiry, and takes both away", async () => {
    site.api.records = [record("openai", { label: "Team", expiresAt: ago(-90 * DAY) })];
    const page = await site.open(openai);
    await manage(page, "OpenAI, Team", "Edit");
    await page.getByLabel("Label").fill("Mine");
    await press(page, "Save changes");
    await seen(page, "Changed.");
    await press(page, "Edit: OpenAI, Mine");
    await page.getByLabel("Label").fill("");
    await page.getByLabel("Expires").selectOption("never");
    await press(page, "Save changes");
    await page.getByText("OpenAI", { exact: true }).waitFor();
    await press(page, "Edit: OpenAI");
    await page.getByLabel("Expires").selectOption("date");
    await press(page, "Save changes");
    await seen(page, "Choose a day that is still to come.");
    await page.getByLabel("Date").fill("2026-12-24");
    await press(page, "Save changes");
    await seen(page, "Dec 24, 2026");
    expect(changes().map(([, , body]) => body)).toEqual([
      { label: "Mine" },
      { label: null, expiresAt: null },
      { expiresAt: "2026-12-24T23:59:59.999Z" },
    ]);
  });

  test("asks nothing where nothing was changed", async () => {
    site.api.records = [record("openai", { label: "Team" })];
    const page = await site.open(openai);
    await manage(page, "OpenAI, Team", "Edit");
    await press(page, "Save changes");
    await seen(page, "Works, seen");
    expect(changes()).toEqual([]);
  });

  test("orders: every one gets its place by number", async () => {
    site.api.records = [
      record("openai"),
      record("openai", { name: "b", label: "B" }),
      record("openai", { name: "c", label: "C" }),
    ];
    const page = await site.open(openai);
    await press(page, "Move up: OpenAI, C");
    await seen(page, "The order was changed.");
    expect(await page.locator(".one .heading").allInnerTexts()).toEqual(["default", "C", "B"]);
    expect(changes()).toEqual([
      ["PATCH", "/v1/provider-keys/openai/default", { order: 1 }],
      ["PATCH", "/v1/provider-keys/openai/c", { order: 2 }],
      ["PATCH", "/v1/provider-keys/openai/b", { order: 3 }],
    ]);
    expect(await eventsOf(page)).toEqual([change("ordered", "openai", "c")]);
  });
});

describe("removing", () => {
  test("asks first, and then says how to revoke it at the provider", async () => {
    site.api.records = [record("openai", { label: "Team" })];
    const page = await site.open(openai);
    await manage(page, "OpenAI, Team", "Remove");
    await seen(page, "Remove the key “Team” for OpenAI?");
    await press(page, "Keep it");
    expect(changes()).toEqual([]);
    await press(page, "Remove: OpenAI, Team");
    await press(page, "Remove key");
    await seen(page, "Removed here. Revoke it at OpenAI, too.");
    expect(changes()).toEqual([["DELETE", "/v1/provider-keys/openai/default"]]);
    expect(await eventsOf(page)).toEqual([change("removed", "openai")]);
    const link = page.getByRole("link", { name: "Your keys at OpenAI (opens in a new tab)" });
    expect(await link.getAttribute("href")).toBe("https://platform.openai.com/api-keys");
    expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
    expect(await textOf(page)).toContain("Choose the bin at its end, and confirm.");
    await press(page, "Done");
    await seen(page, "Not configured");
  });

  test("of one that is gone already is done", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await manage(page, "OpenAI", "Remove");
    site.api.records = [];
    await press(page, "Remove key");
    await seen(page, "Removed here.");
  });

  test("how to revoke it is said without removing, too", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await press(page, "Manage: OpenAI");
    await press(page, "Revoke at OpenAI: OpenAI");
    await seen(page, "Find the key in the list by its name.");
    expect(changes()).toEqual([]);
  });
});

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
