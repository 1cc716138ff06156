import type { Page } from "playwright-core";
import { canaryKey } from "../../support/keys.ts";
import { manage, paste, press } from "./acts.ts";
import { ago, DAY, record, someEvents, someRecords } from "./fake-records.ts";
import type { OpenOptions, Site } from "./site.ts";

/** What a scene needs of the site. */
export type Stage = Pick<Site, "open" | "api">;

/** A state of the element: how it comes about, and how one knows that it is there. */
export interface Scene {
  readonly name: string;
  /** Ids of the providers that are shown. */
  readonly shown?: string;
  readonly options?: OpenOptions;
  /** Before the page is opened. */
  readonly before?: (site: Stage) => void;
  readonly act?: (page: Page, site: Stage) => Promise<void>;
  /** A text that is seen then. */
  readonly until: string | RegExp;
}

const two = "openai groq";
const withRecords = ({ api }: Stage) => {
  api.records = someRecords();
  api.events = someEvents();
};
const openGroq = (page: Page) => press(page, "Add key: Groq");

async function addGroq(page: Page): Promise<void> {
  await openGroq(page);
  await paste(page, canaryKey("groq"));
  await press(page, "Save key");
}

/** All of them: the accessibility tests look at each, and so do the screenshots. */
export const scenes: readonly Scene[] = [
  { name: "list", shown: "openai anthropic google mistral groq", before: withRecords, until: "Team account" },
  { name: "empty", shown: "openai anthropic google groq", until: "No keys yet" },
  {
    name: "loading",
    before: ({ api }) => void api.hold(/GET/),
    act: (page) => page.locator(".skeleton").waitFor(),
    until: "Provider keys",
  },
  {
    name: "details",
    shown: two,
    before: withRecords,
    act: (page) => manage(page, "OpenAI, Team account"),
    until: "1,204 times",
  },
  {
    name: "add",
    shown: two,
    act: async (page) => {
      await openGroq(page);
      await page.getByLabel("Label").fill("Fast models");
      await page.getByLabel("Expires").selectOption("90");
    },
    until: "Its last day is",
  },
  {
    name: "add-cleaned",
    shown: two,
    act: async (page) => {
      await openGroq(page);
      await paste(page, ` export GROQ_API_KEY="${canaryKey("groq")}"\u200b\n`);
    },
    until: "This looks like a key for Groq.",
  },
  {
    name: "add-other-provider",
    shown: "openai anthropic",
    act: async (page) => {
      await press(page, "Add key: OpenAI");
      await paste(page, canaryKey("anthropic"));
    },
    until: "Add it for Anthropic",
  },
  {
    name: "add-refused",
    shown: two,
    before: ({ api }) => void (api.verdict = "rejected"),
    act: addGroq,
    until: "Groq refused this key",
  },
  {
    name: "add-second",
    shown: two,
    before: withRecords,
    act: (page) => manage(page, "OpenAI, Team account").then(() => press(page, "Add another key: OpenAI")),
    until: "Apps can ask for a key by its name.",
  },
  {
    name: "saving",
    shown: two,
    before: ({ api }) => void api.hold(/PUT/),
    act: addGroq,
    until: "Saving",
  },
  { name: "saved", shown: two, act: addGroq, until: "Saved. Groq accepts it." },
  {
    name: "saved-unsure",
    shown: two,
    before: ({ api }) => void (api.verdict = "unknown"),
    act: addGroq,
    until: "could not be asked",
  },
  {
    name: "replace",
    shown: two,
    before: withRecords,
    act: (page) => manage(page, "OpenAI, Team account", "Replace"),
    until: "at once",
  },
  {
    name: "edit",
    shown: "anthropic",
    before: withRecords,
    act: (page) => manage(page, "Anthropic, My own", "Edit"),
    until: "Its last day is Nov 30",
  },
  {
    name: "test-refused",
    shown: "google groq",
    before: (site) => {
      withRecords(site);
      site.api.verdict = "rejected";
    },
    act: (page) => manage(page, "Google", "Test"),
    until: "Google refuses it.",
  },
  {
    name: "row-limited",
    shown: two,
    before: (site) => {
      withRecords(site);
      site.api.fail(/verify/, { status: 429, code: "RATE_LIMITED", retryAfter: 42 });
    },
    act: (page) => manage(page, "OpenAI, Team account", "Test"),
    until: "Too many requests. Try again in 42 seconds.",
  },
  {
    name: "remove",
    shown: two,
    before: withRecords,
    act: (page) => manage(page, "OpenAI, Team account", "Remove"),
    until: "It cannot be brought back.",
  },
  {
    name: "removed",
    shown: two,
    before: withRecords,
    act: (page) => manage(page, "OpenAI, Team account", "Remove").then(() => press(page, "Remove key")),
    until: "Revoke it at OpenAI, too.",
  },
  {
    name: "activity",
    shown: two,
    before: withRecords,
    act: (page) => manage(page, "OpenAI, Team account", "Activity"),
    until: "That is all.",
  },
  {
    name: "activity-all",
    shown: two,
    before: (site) => {
      withRecords(site);
      site.api.pageLength = 18;
    },
    act: (page) => press(page, "Activity"),
    until: "Used 14 times by chat-backend",
  },
  {
    name: "troubles",
    shown: "openai cohere xai",
    before: ({ api }) => {
      api.records = [
        { provider: "openai", name: "default", state: "unreadable" },
        record("cohere", { state: "expired", expiresAt: ago(3 * DAY) }),
        record("xai", { label: "A label that is as long as its owner found it useful to be, and then some" }),
      ];
    },
    until: "Needs to be entered again",
  },
  {
    name: "offline",
    before: ({ api }) => api.fail(/GET/, { status: 503, code: "GATEWAY_FAILED" }),
    act: async (page, { api }) => {
      await page.getByText("could not be loaded").first().waitFor();
      api.heal();
      await page.context().setOffline(true);
      await press(page, "Try again");
    },
    until: "You are offline",
  },
  {
    name: "offline-later",
    shown: two,
    before: withRecords,
    act: async (page) => {
      await page.getByText("Team account").waitFor();
      await page.context().setOffline(true);
      await page
        .locator("waxseal-provider-keys")
        .evaluate((element) => (element as HTMLElementTagNameMap["waxseal-provider-keys"]).refresh());
    },
    until: "You are offline. This was loaded just now.",
  },
  {
    name: "limited",
    before: ({ api }) => api.fail(/GET/, { status: 429, code: "RATE_LIMITED", retryAfter: 27 }),
    until: "Trying again in 27 seconds.",
  },
  {
    name: "failed",
    before: ({ api }) => api.fail(/provider-keys/, { status: 500, code: "INTERNAL" }),
    until: "Your keys could not be loaded",
  },
  {
    name: "no-providers",
    before: (site) => {
      withRecords(site);
      site.api.fail(/v1\/providers/, { status: 500, code: "INTERNAL" });
    },
    until: "so none can be added",
  },
  { name: "signed-out", options: { signedOut: true }, until: "You are signed out" },
];

/** Opens a page and brings the element into the scene's state. */
export async function openScene(site: Stage, scene: Scene, options: OpenOptions = {}): Promise<Page> {
  scene.before?.(site);
  const attributes = `${scene.shown === undefined ? "" : `providers="${scene.shown}"`} ${options.attributes ?? ""}`;
  const page = await site.open({ ...scene.options, ...options, attributes });
  await scene.act?.(page, site);
  await page.getByText(scene.until).first().waitFor();
  return page;
}
