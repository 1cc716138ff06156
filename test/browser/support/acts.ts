import type { Page } from "playwright-core";

/** What a person does, by pointer. */
export function press(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

export function field(page: Page) {
  return page.getByLabel("API key", { exact: true });
}

/** As a browser does it: the text is in the field, and the event says where it came from. */
export async function paste(page: Page, text: string): Promise<void> {
  await field(page).evaluate((input, pasted) => {
    (input as HTMLInputElement).value = pasted;
    input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
  }, text);
}

/** Opens a row's details and presses one of their buttons. */
export async function manage(page: Page, about: string, action?: string): Promise<void> {
  await press(page, `Manage: ${about}`);
  if (action !== undefined) await press(page, `${action}: ${about}`);
}

/** Waits for a text that is seen; what is said to a screen reader alone does not count. */
export function seen(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).and(page.locator(":not([role='status'])")).first().waitFor();
}

/** Everything that the element says, as it is seen. */
export function textOf(page: Page): Promise<string> {
  return page.locator("waxseal-provider-keys .page").innerText();
}

export async function isGone(page: Page, selector: string): Promise<boolean> {
  return (await page.locator(selector).count()) === 0;
}

/** The events that the page around got. */
export function eventsOf(page: Page): Promise<unknown[]> {
  return page.evaluate(() => (globalThis as unknown as { seen: unknown[] }).seen);
}
