import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ProviderDescription, ProviderKeyStatus } from "../../client/index.ts";
import type { Notice } from "../model/state.ts";
import type { StringName } from "../text/english.ts";
import type { Context } from "./context.ts";
import { icon, type IconName } from "./icons.ts";

interface ButtonOptions {
  readonly text: string;
  /** What it is about, for those who do not see the row that it is in. */
  readonly about?: string;
  readonly kind?: "primary" | "danger" | "danger solid" | "plain";
  readonly icon?: IconName;
  readonly id?: string;
  /** It works on, and keeps the focus. */
  readonly isBusy?: boolean;
  readonly isOff?: boolean;
  readonly isOpen?: boolean;
  readonly controls?: string;
  /** Only the icon is seen. */
  readonly isBare?: boolean;
  readonly type?: "submit";
  readonly press?: () => void;
}

export function button(options: ButtonOptions): TemplateResult {
  const { text, about, kind, id, isBusy, isOff, isOpen, isBare, press } = options;
  const isStill = isBusy === true || isOff === true;
  const label = about === undefined ? (isBare ? text : nothing) : `${text}: ${about}`;
  return html`<button
    part=${`button button-${kind?.split(" ")[0] ?? "default"}`}
    class=${`button ${kind ?? ""} ${isBare ? "bare" : ""}`}
    type=${options.type ?? "button"}
    id=${id ?? nothing}
    aria-label=${label}
    title=${isBare ? text : nothing}
    aria-disabled=${isStill ? "true" : nothing}
    aria-expanded=${isOpen === undefined ? nothing : String(isOpen)}
    aria-controls=${isOpen && options.controls !== undefined ? options.controls : nothing}
    @click=${(event: Event) => {
      if (isStill) event.preventDefault();
      else press?.();
    }}
  >
    ${isBusy ? html`<span class="spinner"></span>` : options.icon ? icon(options.icon) : nothing}${isBare ? nothing : html`<span>${text}</span>`}
  </button>`;
}

/** A heading of the page around: its level follows the page's. */
export function heading(c: Context, below: number, text: unknown, id?: string): TemplateResult {
  return html`<div
    role="heading"
    class=${`heading h${below}`}
    part=${below === 0 ? "heading" : "subheading"}
    aria-level=${c.headingLevel + below}
    id=${id ?? nothing}
    tabindex=${id === undefined ? nothing : "-1"}
  >
    ${text}
  </div>`;
}

/** A time in words; the exact one is shown on hovering, and in the row's details. */
export function when({ words, now }: Context, at: string): TemplateResult {
  return html`<time datetime=${at} title=${words.exact(at)}>${words.when(at, now)}</time>`;
}

/** A function or back end, as kindly as it is known. */
export function callerOf({ words, callers }: Context, caller: string): string {
  const known = Object.hasOwn(callers, caller) ? callers[caller] : undefined;
  if (known !== undefined) return known;
  if (caller.endsWith("-provider-proxy")) return words.text("callerApp");
  return caller.endsWith("-verify") ? words.text("callerTest") : caller;
}

const noticeIcons = { good: "check", unsure: "warn", bad: "bad" } as const;

export function notice(c: Context, { tone, say, until }: Notice, dismiss?: () => void): TemplateResult {
  return html`<div class=${`notice ${tone}`} part="notice">
    ${icon(noticeIcons[tone])}
    <div>${say.map(({ text, values }) => html`<p>${sentence(c, text, values, until)}</p>`)}</div>
    ${dismiss ? button({ text: c.words.text("dismiss"), isBare: true, icon: "close", kind: "plain", press: dismiss }) : nothing}
  </div>`;
}

/** One that names a wait counts it down, and says so when it is over. */
function sentence(c: Context, text: StringName, values = {}, until?: number): unknown {
  if (until === undefined || text !== "errorLimited") return c.words.rich(text, values);
  const left = Math.ceil((until - c.now) / 1000);
  if (left <= 0) return c.words.text("errorLimitOver");
  return c.words.rich(text, { ...values, wait: html`<span class="wait">${c.words.seconds(left)}</span>` });
}

export function pill(tone: "good" | "unsure" | "bad" | "quiet", text: unknown): TemplateResult {
  return html`<span class=${`pill ${tone}`} part=${`status status-${tone}`}><span>${text}</span></span>`;
}

/** A link out, which says so. */
export function link({ words }: Context, url: string, text: string): TemplateResult | typeof nothing {
  // An operator's own provider may have no page, and no address but one of the web is ever a link.
  if (!/^https?:\/\//.test(url)) return nothing;
  return html`<a class="link" href=${url} target="_blank" rel="noopener noreferrer"
    >${text}${icon("out")}<span class="unseen">(${words.text("newTab")})</span></a
  >`;
}

/** What a row is about, in a word: "OpenAI, Work". */
export function aboutOf(provider: ProviderDescription, one?: ProviderKeyStatus): string {
  const label = one && labelOf(one);
  return label === undefined ? provider.displayName : `${provider.displayName}, ${label}`;
}

/** What its owner calls it; nothing for the one and only that has no label. */
export function labelOf(one: ProviderKeyStatus): string | undefined {
  const label = one.state === "unreadable" ? undefined : one.label;
  return label ?? (one.name === "default" ? undefined : one.name);
}

/** As many as there are classes for them: a style in an attribute would be refused by a strict page. */
const HUES = 12;

/** Two letters in a colour of its own: no provider's own sign. */
export function monogram({ id, displayName }: ProviderDescription): TemplateResult {
  const [, first = "", second = ""] =
    /^(\p{Lu}).*?(\p{Lu})/u.exec(displayName) ?? /^(.)(.?)/u.exec(displayName) ?? [];
  let hue = 7;
  for (let place = 0; place < id.length; place += 1) hue = (hue * 107 + id.charCodeAt(place)) % 4093;
  return html`<span class=${`tile hue${hue % HUES}`} part="tile" aria-hidden="true">${first}${second}</span>`;
}
