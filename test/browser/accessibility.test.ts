import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { openScene, scenes } from "./support/scenes.ts";
import { useSite } from "./support/use-site.ts";

const site = useSite();

/**
 * What axe has for WCAG 2.2 AA and what it calls best practice, with what it could not decide: "rule: the element" of
 * each finding.
 */
async function findings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const { violations, incomplete } = await page.evaluate(() => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    return run("waxseal-provider-keys", {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      rules: { "target-size": { enabled: true } },
      resultTypes: ["violations", "incomplete"],
    });
  });
  return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
}

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
