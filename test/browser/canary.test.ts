import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { CANARY, canaryKey } from "../support/keys.ts";
import { eventsOf, field, manage, paste, press, seen } from "./support/acts.ts";
import { everythingIn, watch, type Watched } from "./support/everything-in.ts";
import { record } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

/** Where the marker is: the one request, or more. */
async function findings(page: Page, watched: Watched): Promise<string[]> {
  const inRequests = watched.network
    .filter((text) => text.includes(CANARY))
    .map((text) => text.split(" ", 2).join(" "));
  const said = [...watched.console, await everythingIn(page)].filter((text) => text.includes(CANARY));
  return [...inRequests.map((text) => text.replace(site.api.origin, "")), ...said];
}

const endings = [
  ["it is saved", {}, "Saved. OpenAI accepts it."],
  ["it is refused", { status: 422, code: "PROVIDER_KEY_REJECTED" }, "OpenAI refused this key."],
  ["the service fails", { status: 500, code: "INTERNAL" }, "That did not work (INTERNAL)."],
  [
    "there are too many requests",
    { status: 429, code: "RATE_LIMITED", retryAfter: 9 },
    "Try again in 9 seconds.",
  ],
  ["nobody is signed in any more", { status: 401, code: "AUTHENTICATION_REQUIRED" }, "You are signed out"],
] as const;

describe("a provider key that was typed is nowhere but in the one request", () => {
  test.for(endings)("when %s", async ([, failure, said]) => {
    const page = await site.open({ attributes: 'providers="openai"' });
    const watched = watch(page);
    if ("status" in failure) site.api.fail(/PUT/, failure);
    await press(page, "Add key: OpenAI");
    await field(page).pressSequentially(canaryKey("openai"));
    await press(page, "Show: API key");
    await press(page, "Save key");
    await seen(page, said);
    expect(await findings(page, watched)).toEqual(["PUT /v1/provider-keys/openai/default"]);
  });

  test("when the answer echoes it", async () => {
    const providerKey = canaryKey("openai");
    site.api.fail(/PUT/, {
      status: 400,
      code: providerKey,
      more: { title: providerKey, looksLike: providerKey },
    });
    const page = await site.open({ attributes: 'providers="openai"' });
    const watched = watch(page);
    await press(page, "Add key: OpenAI");
    await paste(page, providerKey);
    await press(page, "Save key");
    await seen(page, "That did not work (UNEXPECTED_ANSWER).");
    expect(await findings(page, watched)).toEqual(["PUT /v1/provider-keys/openai/default"]);
  });

  test("when the network is gone", async () => {
    const page = await site.open({ attributes: 'providers="openai"' });
    const watched = watch(page);
    await press(page, "Add key: OpenAI");
    await paste(page, canaryKey("openai"));
    await page.context().setOffline(true);
    await press(page, "Save key");
    await seen(page, "You are offline. Nothing was changed.");
    expect(await findings(page, watched)).toEqual(["PUT /v1/provider-keys/openai/default"]);
  });

  test("and in none, when the form is left, and after the page is loaded again", async () => {
    site.api.records = [record("openai")];
    const page = await site.open({ attributes: 'providers="openai"' });
    const watched = watch(page);
    await manage(page, "OpenAI", "Replace");
    await paste(page, canaryKey("openai"));
    await press(page, "Cancel");
    expect(await findings(page, watched)).toEqual([]);
    await press(page, "Replace: OpenAI");
    await paste(page, canaryKey("openai"));
    await page.reload();
    await manage(page, "OpenAI", "Replace");
    expect(await field(page).inputValue()).toBe("");
    expect(await findings(page, watched)).toEqual([]);
  });

  test("and this test would find it: while it is typed, it is in the field", async () => {
    const page = await site.open({ attributes: 'providers="openai"' });
    const watched = watch(page);
    await press(page, "Add key: OpenAI");
    await paste(page, canaryKey("openai"));
    expect((await findings(page, watched)).join()).toContain(CANARY);
    expect(await eventsOf(page)).toEqual([]);
  });
});
