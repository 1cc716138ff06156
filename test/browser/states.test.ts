import { describe, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";
import { eventsOf, manage, paste, press, seen } from "./support/acts.ts";
import { record } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const openai = { attributes: 'providers="openai"' };

describe("while it loads", () => {
  test("there is room for what comes, and then it is there", async () => {
    site.api.records = [record("openai")];
    const release = site.api.hold(/provider-keys/);
    const page = await site.open(openai);
    await page.locator(".skeleton").waitFor();
    expect(await page.getByRole("status").innerText()).toBe("Loading your keys");
    release();
    await seen(page, "Configured");
    expect(await page.locator(".skeleton").count()).toBe(0);
  });
});

describe("what cannot be loaded", () => {
  test("says so, and is loaded when it is tried again", async () => {
    site.api.fail(/GET/, { status: 500, code: "INTERNAL" });
    const page = await site.open(openai);
    await seen(page, "Your keys could not be loaded");
    await seen(page, "That did not work (INTERNAL).");
    site.api.heal();
    await press(page, "Try again");
    await seen(page, "No keys yet");
  });

  test("for too many requests is tried again when the wait is over, which is counted down", async () => {
    site.api.fail(/GET/, { status: 429, code: "RATE_LIMITED", retryAfter: 5 });
    const page = await site.open({ ...openai, clock: "installed" });
    await seen(page, "Trying again in 5 seconds.");
    await page.clock.runFor(2000);
    await seen(page, "Trying again in 3 seconds.");
    site.api.heal();
    await page.clock.runFor(4000);
    await seen(page, "No keys yet");
  });

  test("while there is no network is loaded when there is", async () => {
    const release = site.api.hold(/GET/);
    const page = await site.open(openai);
    await page.locator(".skeleton").waitFor();
    await page.context().setOffline(true);
    release();
    await page
      .locator("waxseal-provider-keys")
      .evaluate((element) => (element as HTMLElementTagNameMap["waxseal-provider-keys"]).refresh());
    await seen(page, "You are offline");
    await page.context().setOffline(false);
    await seen(page, "No keys yet");
  });

  test("once more leaves what is shown, and says that it is older", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await seen(page, "Configured");
    site.api.fail(/GET/, { status: 500, code: "INTERNAL" });
    await page
      .locator("waxseal-provider-keys")
      .evaluate((element) => (element as HTMLElementTagNameMap["waxseal-provider-keys"]).refresh());
    await seen(page, "This was loaded just now and could not be loaded again.");
    await seen(page, "Configured");
    site.api.heal();
    await press(page, "Try again");
    await expect.poll(() => page.locator(".banner").count()).toBe(0);
  });

  test("of providers alone leaves what is stored to be seen and removed", async () => {
    site.api.records = [record("openai")];
    site.api.fail(/v1\/providers/, { status: 500, code: "INTERNAL" });
    const page = await site.open();
    await seen(page, "The list of providers could not be loaded, so none can be added.");
    await manage(page, "openai", "Remove");
    await press(page, "Remove key");
    await seen(page, "Removed here.");
  });

  test("of one record does not hide the others", async () => {
    site.api.records = [{ provider: "openai", name: "default", state: "unreadable" }, record("groq")];
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await seen(page, "Needs to be entered again");
    await seen(page, "Configured");
  });
});

describe("an action that fails", () => {
  test.for([
    ["CONFLICT", 409, "It was changed at the same moment elsewhere. Try again."],
    ["STORE_UNAVAILABLE", 503, "The service is not available at the moment. Nothing was changed."],
    ["ORIGIN_NOT_ALLOWED", 403, "This page may not change keys."],
    ["SOMETHING_NEW", 500, "That did not work (SOMETHING_NEW)."],
  ] as const)("says what a person can do about it: %s", async ([code, status, said]) => {
    site.api.records = [record("openai")];
    site.api.fail(/PATCH/, { status, code });
    const page = await site.open(openai);
    await manage(page, "OpenAI", "Disable");
    await seen(page, said);
    expect(await eventsOf(page)).toEqual([]);
    await seen(page, "Configured");
  });

  test("without a network says so, and nothing was sent", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await manage(page, "OpenAI");
    await page.context().setOffline(true);
    await press(page, "Disable: OpenAI");
    await seen(page, "You are offline. Nothing was changed.");
    expect(site.api.got.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("for too many requests counts down until it can be tried again", async () => {
    site.api.records = [record("openai")];
    site.api.fail(/verify/, { status: 429, code: "RATE_LIMITED", retryAfter: 3 });
    const page = await site.open({ ...openai, clock: "installed" });
    await manage(page, "OpenAI", "Test");
    await seen(page, "Too many requests. Try again in 3 seconds.");
    await page.clock.runFor(4000);
    await seen(page, "You can try again now.");
  });

  test("half way through an order shows what is stored, and says what failed", async () => {
    site.api.records = [record("openai"), record("openai", { name: "b" }), record("openai", { name: "c" })];
    site.api.fail(/PATCH .*\/c/, { status: 503, code: "STORE_UNAVAILABLE" });
    const page = await site.open(openai);
    await press(page, "Move up: OpenAI, c");
    await seen(page, "The service is not available at the moment. Nothing was changed.");
    await expect.poll(() => page.locator(".one .heading").allInnerTexts()).toEqual(["default", "b", "c"]);
    expect(site.api.record("openai/default")?.order).toBe(1);
  });

  test("after a save, of reading what is stored, is no failure of the save", async () => {
    const page = await site.open(openai);
    await press(page, "Add key: OpenAI");
    site.api.fail(/GET/, { status: 500, code: "INTERNAL" });
    await paste(page, canaryKey("openai"));
    await press(page, "Save key");
    await seen(page, "Saved. OpenAI accepts it.");
    await seen(page, "Configured");
  });
});
