/** What a person does on the demo page, and finds there. */
import type { Browser, Locator, Page } from "playwright-core";
import type { LocalSystem } from "../../../local/system.ts";
import { paste, press, seen } from "./acts.ts";

/** @param complaints - gets what is thrown in the page or said on its console, but that a request failed. */
export async function openDemo(browser: Browser, url: string, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  await page.goto(url);
  await seen(page, /^Sealed when you save them/);
  return page;
}

export async function save(page: Page, provider: string, providerKey: string): Promise<void> {
  await press(page, `Add key: ${provider}`);
  await paste(page, providerKey);
  await press(page, "Save key");
  await seen(page, /^Saved\./);
}

export async function ask(page: Page, provider: string, question: string): Promise<void> {
  await page.getByRole("group", { name: "Provider" }).getByLabel(provider, { exact: true }).check();
  await page.getByLabel("Your message").fill(question);
  await press(page, "Send");
}

export const answers = (page: Page) => page.locator(".turn.assistant").allInnerTexts();
export const story = (page: Page, text: string) => page.locator(".story", { hasText: text }).first();

/** The story of the use that the last answer was made by. */
export async function used(page: Page): Promise<Locator> {
  return story(page, (await page.locator(".use code").innerText()).replace("use ", ""));
}

/** Waits until a step is done. */
export function isDone(of: Locator, step: string): Promise<void> {
  return of.locator(".step.done .title").getByText(step, { exact: true }).waitFor();
}

/** A removal of everything, so that each test begins with two persons who have nothing. */
export async function forgetAll(system: LocalSystem): Promise<void> {
  for (const person of ["ada", "grace"]) {
    const headers = { authorization: `Bearer ${await system.token(person)}` };
    const listed = await fetch(`${system.api}/v1/provider-keys`, { headers });
    const { providerKeys } = (await listed.json()) as { providerKeys: { provider: string; name: string }[] };
    for (const { provider, name } of providerKeys)
      await fetch(`${system.api}/v1/provider-keys/${provider}/${name}`, { method: "DELETE", headers });
  }
}
