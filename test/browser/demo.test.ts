/** The demo page of `npm start`, with the whole local system behind it. */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { CANARY, canaryKey } from "../support/keys.ts";
import { startForTest } from "../support/local-system.ts";
import { manage, press, seen } from "./support/acts.ts";
import { findings } from "./support/axe.ts";
import { answers, ask, forgetAll, isDone, openDemo, save, story, used } from "./support/demo-acts.ts";
import { everythingIn, watch } from "./support/everything-in.ts";

let browser: Browser;
let system: LocalSystem;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startForTest({
      audited: true,
      demo: true,
      trailDelaySeconds: 0,
      settings: { graceSeconds: 0, checkpointSchedule: "off" },
    }),
    chromium.connect(inject("browser")),
  ]);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  // A violation of the page's policy is said there, too.
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await system.close();
});

function open(hash = ""): Promise<Page> {
  return openDemo(browser, system.api + "/" + hash, complaints);
}

const forget = () => forgetAll(system);

describe("the demo page", () => {
  test.each([
    ["Anthropic", "anthropic"],
    ["Google", "google"],
  ] as const)(
    "saves a key for %s and streams a chat with it, which is then accounted for",
    async (name, id) => {
      await forget();
      const page = await open();
      await save(page, name, canaryKey(id));
      await ask(page, name, "What is it?");
      const use = await used(page);
      expect(await use.innerText()).toContain(`used the key for ${name}`);
      for (const step of ["Claim", "Decrypt", "Audit event", "Accounted for"]) await isDone(use, step);
      await isDone(story(page, `saved a key for ${name}`), "Accounted for");
      expect((await answers(page)).map((text) => text.replace(/^Answer:\s*/, ""))).toEqual([
        "Sealed, used, accounted for.",
      ]);
      expect(await page.locator(".record", { hasText: name }).first().innerText()).toMatch(/\d+ bytes/);
    },
  );

  test("tells of a use by one id in CloudTrail's line, the audit's event and the chat", async () => {
    await forget();
    const page = await open();
    await save(page, "OpenAI", canaryKey("openai"));
    const answered = page.waitForResponse(/\/proxy\/openai\//);
    await ask(page, "OpenAI", "What is it?");
    const useId = (await answered).headers()["waxseal-use-id"] ?? "";
    const use = story(page, useId.slice(0, 8));
    for (const step of ["Claim", "Decrypt", "Audit event", "Accounted for"]) await isDone(use, step);
    await use.locator("summary").click();
    const [cloudTrail = "", event = ""] = await use.locator("pre").allInnerTexts();
    expect(JSON.parse(cloudTrail)).toMatchObject({
      eventName: "Decrypt",
      userAgent: expect.stringContaining(`waxseal-use/${useId}.1`) as string,
    });
    expect(JSON.parse(event)).toMatchObject({ type: "key_used", useId, witnessId: `use/${useId}` });
    expect(await use.locator("mark").count()).toBeGreaterThanOrEqual(3);
    expect(await page.locator(".about.use").innerText()).toContain(useId.slice(0, 8));
  });

  test("has a provider key nowhere but in the one request, and a token in no address and no storage", async () => {
    await forget();
    const told: string[] = [];
    const page = await open();
    const watched = watch(page);
    // Another listener to what the page is told.
    const live = fetch(`${system.api}/_demo/live`).then(async ({ body }) => {
      for await (const chunk of body ?? []) told.push(Buffer.from(chunk).toString());
    });
    live.catch(() => undefined);
    await save(page, "OpenAI", canaryKey("openai"));
    await ask(page, "OpenAI", "What is it?");
    await isDone(await used(page), "Accounted for");
    for (const summary of await page.locator("summary").all()) await summary.click();
    const everything = await everythingIn(page);
    const requests = watched.network.filter((text) => text.includes(CANARY));
    expect(requests.map((text) => text.split(" ", 2).join(" "))).toEqual([
      `PUT ${system.api}/v1/provider-keys/openai/default`,
    ]);
    expect(everything).toContain("ciphertext");
    expect(told.join("")).toContain("key_used");
    for (const text of [everything, told.join(""), watched.console.join()])
      expect(text).not.toContain(CANARY);
    const token = /^Bearer (\S+)$/.exec(/"authorization":"([^"]+)"/.exec(requests.join())?.[1] ?? "")?.[1];
    expect(token).toMatch(/^eyJ/);
    const addresses = watched.network.map((text) => text.split(" ", 2).join(" ")).join();
    for (const text of [everything, addresses]) expect(text).not.toContain(token);
  });

  test("has two persons, who know nothing of each other; the operator sees both", async () => {
    await forget();
    const page = await open();
    await save(page, "OpenAI", canaryKey("openai"));
    await ask(page, "OpenAI", "Only mine");
    await page.locator(".turn.assistant").waitFor();
    await page.getByRole("group", { name: "Signed in as" }).getByLabel("Grace").check();
    await seen(page, "No keys yet");
    expect(await answers(page)).toEqual([]);
    await ask(page, "OpenAI", "May I?");
    await seen(page, "Grace has no key for OpenAI that can be used. Add one above.");
    await save(page, "Google", canaryKey("google"));
    for (const person of ["Ada", "Grace"])
      await page.locator(".record .mark", { hasText: person }).first().waitFor();
    // The other one's tab, at the same time.
    const other = await open("#ada");
    await seen(other, "What Ada sees");
    await seen(other, /^Used .*, by the chat/);
    expect(await other.getByRole("button", { name: "Manage: Google" }).count()).toBe(0);
  });

  test("copies a test key for each provider, which is saved and used; one that is refused is refused", async () => {
    await forget();
    const page = await open();
    for (const provider of ["OpenAI", "Anthropic", "Google"]) {
      await press(page, `Copy a test key: ${provider}`);
      await page.getByText(`Copied. Choose “Add key” beside ${provider}, and paste it there.`).waitFor();
      await save(page, provider, await page.evaluate(() => navigator.clipboard.readText()));
      await page.getByText("Copied.").waitFor({ state: "hidden" });
      await manage(page, provider, "Test");
      await seen(page, `${provider} accepts it.`);
      await press(page, `Manage: ${provider}`);
    }
    await press(page, "Copy a test key: One that OpenAI refuses");
    await page.getByText(/^Copied\./).waitFor();
    const refused = await page.evaluate(() => navigator.clipboard.readText());
    await page.evaluate(() => navigator.clipboard.writeText(""));
    const answer = await fetch(`${system.standIn}/v1/models`, {
      headers: { authorization: `Bearer ${refused}` },
    });
    expect(answer.status).toBe(401);
  });

  test("shows a removal: the sealed bytes are gone from what is stored", async () => {
    await forget();
    const page = await open();
    await save(page, "OpenAI", canaryKey("openai"));
    await manage(page, "OpenAI", "Remove");
    await press(page, "Remove key");
    await isDone(story(page, "removed the key for OpenAI"), "Audit event");
    const record = page.locator(".record", { hasText: "openai/default" }).filter({ hasText: "Ada" });
    await record.getByText("a tombstone tells who did it").waitFor();
    expect(await record.innerText()).not.toContain("ciphertext");
  });

  test("can be used by keyboard alone", async () => {
    await forget();
    const page = await open();
    await save(page, "OpenAI", canaryKey("openai"));
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.mouse.click(1, 1);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("id") ?? "");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await seen(page, "What Grace sees");
    await page.keyboard.press("ArrowLeft");
    await seen(page, "What Ada sees");
    for (let tabs = 0; tabs < 40 && (await focused()) !== "question"; tabs += 1)
      await page.keyboard.press("Tab");
    expect(await focused()).toBe("question");
    await page.keyboard.type("Hello");
    await page.keyboard.press("Enter");
    await page.locator(".turn.assistant").waitFor();
    expect(await focused()).toBe("question");
    const use = await used(page);
    await use.locator("summary").focus();
    await page.keyboard.press("Enter");
    await use.locator("pre").first().waitFor();
  });

  test("has nothing for axe to find, light and dark, wide and as narrow as 320 pixels", async () => {
    await forget();
    const page = await open();
    await ask(page, "OpenAI", "Too early");
    await seen(page, /^Ada has no key/);
    expect(await findings(page, "body")).toEqual([]);
    await save(page, "OpenAI", canaryKey("openai"));
    await ask(page, "OpenAI", "What is it?");
    await isDone(await used(page), "Accounted for");
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await findings(page, "body")).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await findings(page, "body")).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
});

describe("the demo's addresses", () => {
  const raw = (path: string, headers: Record<string, string>, method = "GET") =>
    fetch(system.api + path, { headers, method });

  test("the page takes nothing from elsewhere and is in nobody's frame", async () => {
    const policy = (await raw("/", {})).headers.get("content-security-policy") ?? "";
    const directives = policy.split("; ");
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    const html = await (await raw("/", {})).text();
    expect(html).not.toMatch(/(src|href)="(?!\/_demo\/)/);
  });

  test.each(["/_demo/live", "/_demo/test-key?provider=openai", "/_demo/page.js"])(
    "%s is for the page of this machine alone",
    async (path) => {
      for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }])
        expect((await raw(path, headers)).status).toBe(403);
      expect((await raw(path, {}, "POST")).status).toBe(405);
    },
  );

  test.each(["/", "/_demo/live", "/_demo/test-key?provider=openai"])(
    "%s is not there under another name: DNS rebinding gains nothing",
    async (path) => {
      const asked = request(system.api + path, { headers: { host: "rebound.example" } }).end();
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      answer.resume();
      expect(answer.statusCode).toBe(403);
    },
  );

  test("what is none of the page's is the API's", async () => {
    expect((await raw("/_demo/none", {})).status).toBe(404);
    expect((await raw("/_demo/test-key?provider=none", {})).status).toBe(400);
    const posted = await raw("/", {}, "POST");
    expect([posted.status, await posted.json()]).toMatchObject([404, { code: "ROUTE_NOT_FOUND" }]);
  });
});
