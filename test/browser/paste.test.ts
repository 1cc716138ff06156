import { describe, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";
import { field, manage, paste, press, seen } from "./support/acts.ts";
import { record } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

async function openForm(shown = "groq", name = "Groq") {
  const page = await site.open({ attributes: `providers="${shown}"` });
  await press(page, `Add key: ${name}`);
  return page;
}

describe("the field", () => {
  test("explains the format that it expects, and where a key is made", async () => {
    const page = await openForm();
    await seen(page, "Expected format: starts with gsk_, then 52 letters and digits.");
    const link = page.getByRole("link", { name: "Your keys at Groq (opens in a new tab)" });
    expect(await link.getAttribute("href")).toBe("https://console.groq.com/keys");
  });

  test("cleans what is pasted, and says what it left out", async () => {
    const page = await openForm();
    const providerKey = canaryKey("groq");
    for (const [pasted, said] of [
      [` ${providerKey}\n`, "spaces"],
      [`"${providerKey}",`, "quotes"],
      [`\u200b${providerKey}\ufeff`, "invisible characters"],
      [`Bearer ${providerKey}`, "the word Bearer"],
      [`export GROQ_API_KEY='${providerKey}'`, "quotes, the name before it"],
    ] as const) {
      await paste(page, pasted);
      expect(await field(page).inputValue()).toBe(providerKey);
      await seen(page, `Left out what came along: ${said}.`);
      await seen(page, "This looks like a key for Groq.");
    }
    await paste(page, providerKey);
    expect(await page.getByText("Left out").count()).toBe(0);
  });

  test("takes a real paste from the clipboard", async () => {
    const page = await openForm();
    const providerKey = canaryKey("groq");
    await page.getByLabel("Label").fill(`  Bearer ${providerKey} `);
    await page.getByLabel("Label").press("ControlOrMeta+A");
    await page.getByLabel("Label").press("ControlOrMeta+X");
    await field(page).press("ControlOrMeta+V");
    await seen(page, "Left out what came along: spaces, the word Bearer.");
    expect(await field(page).inputValue()).toBe(providerKey);
  });

  test("leaves alone what is being typed, and cleans it when it is left", async () => {
    const page = await openForm();
    await field(page).pressSequentially(" gsk_");
    expect(await field(page).inputValue()).toBe(" gsk_");
    await page.getByLabel("Label").focus();
    expect(await field(page).inputValue()).toBe("gsk_");
  });

  test("warns where it does not look like the provider's, and saves it all the same", async () => {
    const page = await openForm();
    await paste(page, "gsk_CANARY");
    await seen(page, "This does not look like a key for Groq. Look at it again before you save.");
    await press(page, "Save key");
    await seen(page, "Saved. Groq accepts it.");
  });

  test("says whose key it looks like, does not send it, and takes it along to the other provider", async () => {
    const page = await openForm("openai anthropic", "OpenAI");
    const providerKey = canaryKey("anthropic");
    await paste(page, providerKey);
    await press(page, "Save key");
    await seen(page, "This looks like a key for Anthropic, not for OpenAI.");
    expect(site.api.got.filter(({ method }) => method === "PUT")).toEqual([]);
    await press(page, "Add it for Anthropic");
    await seen(page, "This looks like a key for Anthropic.");
    expect(await field(page).inputValue()).toBe(providerKey);
    await press(page, "Save key");
    await seen(page, "Saved. Anthropic accepts it.");
    expect(site.api.got.filter(({ method }) => method === "PUT").map(({ url }) => url)).toEqual([
      "/v1/provider-keys/anthropic/default",
    ]);
  });

  test("refuses what is longer than any key, rather than cut it", async () => {
    const page = await openForm();
    await paste(page, "gsk_CANARY".padEnd(1025, "a"));
    await press(page, "Save key");
    await seen(page, "This is too long for a key.");
    expect(site.api.got.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("hides what is in it, until it is shown", async () => {
    const page = await openForm();
    const masking = () =>
      field(page).evaluate((input) => getComputedStyle(input).getPropertyValue("-webkit-text-security"));
    await paste(page, canaryKey("groq"));
    expect(await masking()).toBe("disc");
    await press(page, "Show: API key");
    expect(await masking()).toBe("none");
    await press(page, "Hide: API key");
    expect(await masking()).toBe("disc");
  });

  test("lets nothing be copied from it while it is hidden", async () => {
    const page = await openForm();
    await paste(page, canaryKey("groq"));
    const isStopped = (type: string) =>
      field(page).evaluate(
        (input, name) => !input.dispatchEvent(new Event(name, { bubbles: true, cancelable: true })),
        type,
      );
    for (const type of ["copy", "cut", "dragstart"])
      expect([type, await isStopped(type)]).toEqual([type, true]);
    await press(page, "Show: API key");
    expect(await isStopped("copy")).toBe(false);
  });

  test("is marked for password managers, autofill, spell checking and session recording to leave it alone", async () => {
    const page = await openForm();
    const attributes = await field(page).evaluate((input) =>
      Object.fromEntries(input.getAttributeNames().map((name) => [name, input.getAttribute(name)])),
    );
    expect(attributes).toMatchObject({
      type: "text",
      autocomplete: "off",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      "data-1p-ignore": "",
      "data-lpignore": "true",
      "data-bwignore": "",
      "data-form-type": "other",
      "data-private": "",
      "data-dd-privacy": "hidden",
    });
    expect(attributes["class"]).toMatch(/rr-block/);
    expect(attributes).not.toHaveProperty("name");
    expect(attributes).not.toHaveProperty("value");
  });

  test("a label that is a key is not sent", async () => {
    const page = await openForm("openai", "OpenAI");
    await paste(page, canaryKey("openai"));
    await page.getByLabel("Label").fill(canaryKey("openai"));
    await press(page, "Save key");
    await seen(page, "This looks like a key. Only the field above is sealed.");
    expect(site.api.got.filter(({ method }) => method === "PUT")).toEqual([]);
  });
});

describe("the field is empty", () => {
  test("as soon as it is sent, though the answer is not there yet, and cannot be undone", async () => {
    const release = site.api.hold(/PUT/);
    site.api.fail(/PUT/, { status: 503, code: "KMS_UNAVAILABLE" });
    const page = await openForm();
    await field(page).pressSequentially(canaryKey("groq"));
    const typedInto = await field(page).elementHandle();
    await press(page, "Save key");
    await page.getByRole("button", { name: "Saving" }).waitFor();
    expect(await field(page).inputValue()).toBe("");
    expect(await typedInto.evaluate((input) => (input as HTMLInputElement).value)).toBe("");
    release();
    await seen(page, "The service is not available at the moment. Nothing was changed.");
    await seen(page, "The field was emptied; paste the key again.");
    await field(page).press("ControlOrMeta+Z");
    expect(await field(page).inputValue()).toBe("");
  });

  test.for(["cancel", "another row", "taken away", "page hidden"] as const)("after: %s", async (how) => {
    site.api.records = [record("openai")];
    const page = await openForm("openai groq");
    await paste(page, canaryKey("groq"));
    const input = await field(page).elementHandle();
    if (how === "cancel") await press(page, "Cancel");
    else if (how === "another row") await manage(page, "OpenAI");
    else if (how === "taken away")
      await page.locator("waxseal-provider-keys").evaluate((element) => element.remove());
    else await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    expect(await input.evaluate((element) => (element as HTMLInputElement).value)).toBe("");
  });
});
