import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * What axe has for WCAG 2.2 AA and what it calls best practice, with what it could not decide: "rule: the element" of
 * each finding.
 */
export async function findings(page: Page, selector = "waxseal-provider-keys"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const { violations, incomplete } = await page.evaluate((within) => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    return run(within, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      rules: { "target-size": { enabled: true } },
      resultTypes: ["violations", "incomplete"],
    });
  }, selector);
  return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
}
