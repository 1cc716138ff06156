import { chromium, type Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { Site } from "./site.ts";

/**
 * A site for the tests of a file, in the one browser of the run. After each test nothing must have been thrown in a
 * page, and nothing said on its console but that a request failed.
 */
export function useSite(): Pick<Site, "open" | "api"> {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    browser = await chromium.connect(inject("browser"));
    site = await Site.start(browser, inject("elementBundle"));
  });
  afterEach(async () => {
    const { complaints } = site;
    await site.reset();
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await site.stop();
    await browser.close();
  });
  return {
    open: (options) => site.open(options),
    get api() {
      return site.api;
    },
  };
}
