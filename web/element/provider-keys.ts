import type { TemplateResult } from "lit/html.js";
import { createClient, type ProviderDescription, type WaxsealClient } from "../client/index.ts";
import { defineProperties, DrawnElement } from "./drawn-element.ts";
import { Desk, type Change } from "./model/desk.ts";
import { Opening } from "./model/opening.ts";
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
  #opening = new Opening(this.#desk);
  #client: WaxsealClient | undefined;
  #words = new Words(undefined, "en");
  /** The id of what is focused when the next drawing is done. */
  #focus: string | undefined;
  #isBeginning = false;
  #clock: ReturnType<typeof setTimeout> | undefined;
  readonly #wipe = (): void => {
    const field = this.#field();
    if (field) field.value = "";
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
    this.reset();
  }

  disconnectedCallback(): void {
    removeEventListener("online", this.#network);
    removeEventListener("offline", this.#network);
    removeEventListener("pagehide", this.#wipe);
    clearTimeout(this.#clock);
    this.#desk.end();
    this.#desk.state.panel = undefined;
  }

  /** Forgets all and loads, for another person; once, where several properties are set together. */
  reset(): void {
    this.#client = undefined;
    this.#opening = new Opening(this.#desk);
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
    if (this.isConnected && (isOther || isBack)) this.reset();
    this.requestUpdate();
  }

  protected override draw(): TemplateResult {
    const { lang } = this.closest<HTMLElement>("[lang]") ?? document.documentElement;
    this.#words = new Words(this.strings, lang || navigator.language);
    return drawPage(this.#context(), listOf(this.providers));
  }

  protected override drawn(): void {
    clearTimeout(this.#clock);
    const { trouble, notices } = this.#desk.state;
    const waits = [trouble, this.#opening.form?.notice, ...notices.values()].map((one) => one?.until ?? 0);
    const isWaiting = Math.max(...waits) > Date.now() - 1000;
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
      opening: this.#opening,
      canSignIn: this.signIn !== undefined,
      signIn: () => void Promise.resolve(this.signIn?.()).then(() => this.refresh()),
      refresh: () => void this.refresh(),
      switchTo: (provider) => void this.#switchTo(provider),
    };
  }

  async #switchTo(provider: ProviderDescription): Promise<void> {
    const text = this.#field()?.value ?? "";
    const form = this.#opening.add(provider);
    await this.updateComplete;
    const field = this.#field();
    if (!field) return;
    field.value = text;
    form?.typed(field, "left");
  }

  #field(): HTMLInputElement | null {
    return this.root.querySelector("[data-secret]");
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
