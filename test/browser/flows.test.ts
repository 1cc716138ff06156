import { describe, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";
import { eventsOf, field, manage, paste, press, seen, textOf } from "./support/acts.ts";
import { changeEvent as change, changesAsked } from "./support/changes.ts";
import { ago, DAY, record } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const groq = { attributes: 'providers="groq"' };
const openai = { attributes: 'providers="openai"' };
const changes = () => changesAsked(site.api);

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
