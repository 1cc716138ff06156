import type { TemplateResult } from "lit/html.js";
import {
  createClient,
  type ProviderDescription,
  type ProviderKeyStatus,
  type WaxsealClient,
} from "../client/index.ts";
import { defineProperties, DrawnElement } from "./drawn-element.ts";
import { Desk, type Change } from "./model/desk.ts";
import type { Group } from "./model/groups.ts";
import { History } from "./model/history.ts";
import { SlotForm, type Mode } from "./model/slot-form.ts";
import { slotId, type View } from "./model/state.ts";
import type { Strings } from "./text/english.ts";
import { Words } from "./text/words.ts";
import type { Context } from "./view/context.ts";
import { page as drawPage } from "./view/page.ts";

const attributes = {
  "base-url": "baseUrl",
  providers: "providers",
  "heading-level": "headingLevel",
} as const;

/** `<waxseal-provider-keys>`: see docs/front-ends.md. */
export class ProviderKeys extends DrawnElement {
  static readonly observedAttributes = [...Object.keys(attributes), "lang"];

  declare baseUrl: string | undefined;
  declare token: (() => string | undefined | Promise<string | undefined>) | undefined;
  declare client: WaxsealClient | undefined;
  declare providers: string | readonly string[] | undefined;
  declare strings: Partial<Strings> | undefined;
  declare callers: Readonly<Record<string, string>> | undefined;
  declare signIn: (() => unknown) | undefined;
  declare headingLevel: number | string | undefined;

  readonly #desk = new Desk({
    client: () => (this.#client ??= this.client ?? this.#ownClient()),
    changed: () => this.requestUpdate(),
    emit: (change) => this.#emit("waxseal-change", change),
    signedOut: () => this.#emit("waxseal-signed-out"),
    focus: (id) => {
      this.#focus = id;
      this.requestUpdate();
    },
    wipe: () => this.#wipe(),
    text: (name, values) => this.#words.text(name, values),
    seconds: (count) => this.#words.seconds(count),
  });
  #client: WaxsealClient | undefined;
  #words = new Words(undefined, "en");
  #form: SlotForm | undefined;
  #history: History | undefined;
  #isActivityOpen = false;
  /** The id of what is focused when the next drawing is done. */
  #focus: string | undefined;
  #isBeginning = false;
  #clock: ReturnType<typeof setTimeout> | undefined;
  readonly #wipe = (): void => {
    for (const input of this.root.querySelectorAll<HTMLInputElement>("[data-secret]")) input.value = "";
  };
  readonly #network = (): void => {
    if (navigator.onLine && this.#desk.state.trouble) void this.refresh();
    this.requestUpdate();
  };

  /** Loads what is stored once more; what is shown stays until then. */
  async refresh(): Promise<void> {
    if (this.#desk.state.phase === "ready") return this.#desk.load();
    return this.#desk.begin();
  }

  attributeChangedCallback(name: string, _before: unknown, value: string | null): void {
    if (Object.hasOwn(attributes, name))
      this[attributes[name as keyof typeof attributes]] = value ?? undefined;
    this.requestUpdate();
  }

  connectedCallback(): void {
    takeEarly(this);
    addEventListener("online", this.#network);
    addEventListener("offline", this.#network);
    // A page may be kept, and shown again, with what its fields had.
    addEventListener("pagehide", this.#wipe);
    this.begin();
  }

  disconnectedCallback(): void {
    removeEventListener("online", this.#network);
    removeEventListener("offline", this.#network);
    removeEventListener("pagehide", this.#wipe);
    clearTimeout(this.#clock);
    this.#desk.end();
    this.#desk.state.panel = undefined;
  }

  /** Begins anew; once, where several properties are set together. */
  begin(): void {
    this.#client = undefined;
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    queueMicrotask(() => {
      this.#isBeginning = false;
      if (this.isConnected) void this.#desk.begin();
    });
  }

  /** What a property means: other data, or another drawing of the same. */
  propertyChanged(name: keyof this, before: unknown): void {
    // The callback is often made anew with every drawing of the page around; only its first coming changes who asks.
    const isOther = name === "client" || name === "baseUrl" || (name === "token" && !(before && this.token));
    const isBack = name === "token" && this.#desk.state.phase === "signed_out";
    if (this.isConnected && (isOther || isBack)) this.begin();
    this.requestUpdate();
  }

  protected override draw(): TemplateResult {
    const page = this.closest<HTMLElement>("[lang]")?.lang;
    this.#words = new Words(this.strings, page || navigator.language);
    return drawPage(this.#context(), listOf(this.providers));
  }

  protected override drawn(): void {
    clearTimeout(this.#clock);
    const { trouble, notices, panel } = this.#desk.state;
    if (!panel) this.#form = undefined;
    const waits = [trouble, this.#form?.notice, ...notices.values()].map((one) => one?.until ?? 0);
    const isWaiting = Math.max(...waits) > Date.now();
    this.#clock = setTimeout(() => this.#tick(), isWaiting ? 1000 : 30_000);
    const id = this.#focus;
    this.#focus = undefined;
    if (id !== undefined) this.root.getElementById(id)?.focus();
  }

  /** Times in words grow old; and what was refused for a while is asked for again when that is over. */
  #tick(): void {
    const { phase, trouble } = this.#desk.state;
    if (phase === "failed" && trouble?.until !== undefined && trouble.until <= Date.now())
      void this.refresh();
    this.requestUpdate();
  }

  #ownClient(): WaxsealClient {
    return createClient({
      ...(this.baseUrl !== undefined && { baseUrl: this.baseUrl }),
      ...(this.token && { token: () => this.token?.() }),
      // A longer wait is shown, not waited for in silence.
      maxRetryWaitSeconds: 2,
    });
  }

  #context(): Context {
    return {
      desk: this.#desk,
      words: this.#words,
      now: Date.now(),
      headingLevel: Number(this.headingLevel ?? 2),
      callers: this.callers ?? {},
      form: this.#form,
      history: this.#history,
      isActivityOpen: this.#isActivityOpen,
      canSignIn: this.signIn !== undefined,
      show: (group, view, one) => this.#show(group, view, one),
      close: () => this.#close(),
      toggleActivity: () => this.#toggleActivity(),
      signIn: () => void Promise.resolve(this.signIn?.()).then(() => this.refresh()),
      refresh: () => void this.refresh(),
      switchTo: (provider) => void this.#switchTo(provider),
    };
  }

  #show(group: Group, view: View, one?: ProviderKeyStatus): void {
    const { id: provider } = group.provider;
    const modes: Partial<Record<View, Mode>> = { add: "add", replace: "replace", edit: "edit" };
    const mode = modes[view];
    this.#form = mode && new SlotForm(this.#desk, group, mode, one);
    if (view === "activity" && one) this.#read(one);
    const at = one ? slotId(one) : provider;
    const focus = mode
      ? mode === "edit"
        ? "field:label"
        : "field:apiKey"
      : `${view}:${view === "revoke" ? provider : at}`;
    this.#desk.open({ provider, view, ...(one && { name: one.name }) }, focus);
  }

  /** One step back, to the button that was pressed. */
  #close(): void {
    const { panel, stored } = this.#desk.state;
    if (!panel) return;
    const { provider, name = "", view } = panel;
    const id = `${provider}/${name}`;
    const isStored = stored.some((one) => slotId(one) === id);
    this.#form = undefined;
    if (!isStored) {
      const others = stored.filter((one) => one.provider === provider);
      const [only] = others.length === 1 ? others : [];
      return this.#desk.open(undefined, only ? `manage:${slotId(only)}` : `add:${provider}`);
    }
    if (view === "details") return this.#desk.open(undefined, `manage:${id}`);
    this.#desk.open({ provider, name, view: "details" }, `${view}:${id}`);
  }

  async #switchTo(provider: ProviderDescription): Promise<void> {
    const input = this.root.querySelector<HTMLInputElement>("[data-secret]");
    const { stored } = this.#desk.state;
    const text = input?.value ?? "";
    const group = { provider, isOffered: true, stored: stored.filter((one) => one.provider === provider.id) };
    this.#show(group, "add");
    await this.updateComplete;
    const other = this.root.querySelector<HTMLInputElement>("[data-secret]");
    if (!other) return;
    other.value = text;
    this.#form?.typed(other, "left");
  }

  #toggleActivity(): void {
    this.#isActivityOpen = !this.#isActivityOpen;
    if (this.#isActivityOpen) {
      this.#desk.open(undefined);
      this.#read();
    }
    this.requestUpdate();
  }

  #read(one?: ProviderKeyStatus): void {
    this.#isActivityOpen = one === undefined;
    this.#history = new History(this.#desk, one);
    void this.#history.more();
  }

  #emit(type: "waxseal-change" | "waxseal-signed-out", detail?: Change): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

const takeEarly = defineProperties(
  ProviderKeys.prototype,
  ["baseUrl", "token", "client", "providers", "strings", "callers", "signIn", "headingLevel"],
  (element, name, before) => element.propertyChanged(name, before),
);

function listOf(ids: ProviderKeys["providers"] = []): readonly string[] {
  return typeof ids === "string" ? ids.split(/[\s,]+/).filter(Boolean) : ids;
}
