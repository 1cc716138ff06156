import { describe, expect, test } from "vitest";
import { findings } from "./support/axe.ts";
import { openScene, scenes } from "./support/scenes.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

describe("axe finds nothing, and nothing is wider than 320 pixels have room for", () => {
  for (const scene of scenes)
    test(`in the state ${scene.name}, light and dark`, async () => {
      const page = await openScene(site, scene);
      expect(await findings(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 320, height: 800 });
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    });

  test("and it would: a field without a label, a text that is too pale", async () => {
    const page = await site.open();
    await page.getByText("No keys yet").waitFor();
    await page.locator("waxseal-provider-keys").evaluate((element) => {
      element.shadowRoot?.append(document.createElement("input"));
      (element as HTMLElement).style.setProperty("--waxseal-muted", "#bbbbbb");
    });
    const found = (await findings(page)).join();
    expect(found).toContain("label: <input");
    expect(found).toContain("color-contrast: ");
  });
});
