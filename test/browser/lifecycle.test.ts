import { describe, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";
import { eventsOf, field, manage, paste, press, seen, textOf } from "./support/acts.ts";
import { record, someRecords } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const openai = { attributes: 'providers="openai"' };
const listed = () => site.api.got.filter(({ url }) => url === "/v1/provider-keys").length;

describe("signed out", () => {
  test("is told to the page around, and loads again when there is a token", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ ...openai, signedOut: true });
    await seen(page, "You are signed out");
    expect(await eventsOf(page)).toEqual([["waxseal-signed-out", null]]);
    expect(site.api.got).toEqual([]);
    await page.evaluate(() => {
      const element = document.querySelector("waxseal-provider-keys")!;
      element.token = () => "a-token";
    });
    await seen(page, "Configured");
  });

  test("in the middle of something forgets all that was shown", async () => {
    site.api.records = someRecords();
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await press(page, "Add key: Groq");
    await paste(page, canaryKey("groq"));
    site.api.fail(/PUT/, { status: 401, code: "AUTHENTICATION_REQUIRED" });
    await press(page, "Save key");
    await seen(page, "You are signed out");
    expect(await textOf(page)).not.toContain("Team account");
    expect(await eventsOf(page)).toEqual([["waxseal-signed-out", null]]);
  });

  test("has a button to sign in, where the page around says what it does", async () => {
    const page = await site.open({ ...openai, signedOut: true });
    await seen(page, "You are signed out");
    await page.evaluate(() => {
      const element = document.querySelector("waxseal-provider-keys")!;
      element.signIn = () => {
        (globalThis as unknown as { isSignedIn: boolean }).isSignedIn = true;
      };
    });
    await press(page, "Sign in");
    await seen(page, "No keys yet");
  });
});

describe("a row that is busy", () => {
  test("does one thing at a time, and the other rows are free", async () => {
    site.api.records = [record("openai"), record("groq")];
    const release = site.api.hold(/openai\/default\/verify/);
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await manage(page, "OpenAI", "Test");
    await page.locator(".spinner").waitFor();
    const disable = page.getByRole("button", { name: "Disable: OpenAI" });
    expect(await disable.getAttribute("aria-disabled")).toBe("true");
    await disable.click({ force: true });
    await manage(page, "Groq", "Test");
    await seen(page, "Groq accepts it.");
    release();
    await seen(page, "OpenAI accepts it.");
    expect(site.api.got.filter(({ method }) => method === "PATCH")).toEqual([]);
  });
});

describe("the element in its page", () => {
  test("asks nothing twice, and nothing any more when it is taken away", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await seen(page, "Configured");
    expect(site.api.got.map(({ url }) => url).toSorted()).toEqual(["/v1/provider-keys", "/v1/providers"]);
    const release = site.api.hold(/verify/);
    await manage(page, "OpenAI", "Test");
    const failed = page.waitForEvent("requestfailed");
    await page.locator("waxseal-provider-keys").evaluate((element) => element.remove());
    expect((await failed).url()).toContain("/verify");
    release();
    expect(await eventsOf(page)).toEqual([]);
  });

  test("begins anew when it is put back, or asked at another address", async () => {
    site.api.records = [record("openai")];
    const page = await site.open(openai);
    await press(page, "Manage: OpenAI");
    await page
      .locator("waxseal-provider-keys")
      .evaluate((element) => document.querySelector("main")?.append(element));
    await expect.poll(() => page.locator(".panel").count()).toBe(0);
    await seen(page, "Configured");
    const before = listed();
    await page
      .locator("waxseal-provider-keys")
      .evaluate((element) => element.setAttribute("base-url", location.origin));
    await expect.poll(listed).toBe(before + 1);
  });

  test("does not begin anew because the page makes its callback anew", async () => {
    const page = await site.open(openai);
    await press(page, "Add key: OpenAI");
    await paste(page, canaryKey("openai"));
    const before = listed();
    await page.locator("waxseal-provider-keys").evaluate((element) => {
      (element as HTMLElementTagNameMap["waxseal-provider-keys"]).token = () => "another-token";
    });
    expect(await field(page).inputValue()).not.toBe("");
    await press(page, "Save key");
    await seen(page, "Saved. OpenAI accepts it.");
    expect(listed()).toBe(before + 1);
    expect(site.api.got.at(-1)?.authorization).toBe("Bearer another-token");
  });

  test("reset forgets what one person typed and saw before the next one's is there", async () => {
    site.api.records = someRecords();
    const page = await site.open({ attributes: 'providers="openai groq"' });
    await press(page, "Add key: Groq");
    await paste(page, canaryKey("groq"));
    site.api.records = [];
    await page.evaluate(() => document.querySelector("waxseal-provider-keys")!.reset());
    await seen(page, "No keys yet");
    expect(await textOf(page)).not.toContain("Team account");
    await press(page, "Add key: Groq");
    expect(await field(page).inputValue()).toBe("");
  });

  test("refresh shows what was changed elsewhere", async () => {
    const page = await site.open(openai);
    await seen(page, "No keys yet");
    site.api.records = [record("openai")];
    await page
      .locator("waxseal-provider-keys")
      .evaluate((element) => (element as HTMLElementTagNameMap["waxseal-provider-keys"]).refresh());
    await seen(page, "Configured");
  });
});
