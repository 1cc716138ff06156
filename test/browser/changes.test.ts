import { describe, expect, test } from "vitest";
import { eventsOf, manage, press, seen, textOf } from "./support/acts.ts";
import { changeEvent as change, changesAsked } from "./support/changes.ts";
import { ago, DAY, record } from "./support/fake-records.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();
const openai = { attributes: 'providers="openai"' };
const changes = () => changesAsked(site.api);

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
