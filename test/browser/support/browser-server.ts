import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { bundleForTests } from "./bundle.ts";
import { launchOptions } from "./chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the one browser of the run is reached. */
    readonly browser: string;
    /** The element's bundle, as it is published. */
    readonly elementBundle: string;
  }
}

/** Vitest's global set-up of the browser tests: one browser for all of them, and one bundle. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("elementBundle", await bundleForTests());
  const server = await chromium.launchServer(await launchOptions());
  project.provide("browser", server.wsEndpoint());
  return () => server.close();
}
