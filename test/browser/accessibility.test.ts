import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { openScene, scenes } from "./support/scenes.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

/** What axe has for WCAG 2.2 AA and what it calls best practice; "rule: the element" of each finding. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return run("waxseal-provider-keys", {
      runOnly: { type: "tag", values: tags },
      rules: { "target-size": { enabled: true } },
    });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
}

describe("axe finds nothing", () => {
  for (const scene of scenes)
    test(`in the state ${scene.name}, light and dark, wide and narrow`, async () => {
      const page = await openScene(site, scene);
      expect(await findings(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await findings(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 800 });
      expect(await findings(page)).toEqual([]);
    });

  test("and it would: a page with a field without a label", async () => {
    const page = await site.open();
    await page.getByText("No keys yet").waitFor();
    await page.locator("waxseal-provider-keys").evaluate((element) => {
      element.shadowRoot?.append(document.createElement("input"));
    });
    expect(await findings(page)).toEqual([expect.stringContaining("label: <input")]);
  });
});

describe("the page", () => {
  test("is never wider than 320 pixels have room for", async () => {
    for (const scene of scenes) {
      const page = await openScene(site, scene, { width: 320 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([scene.name, width]).toEqual([scene.name, 320]);
      site.api.reset();
      await page.context().close();
    }
  });
});
